// The messages of oRPC. Tokens are verified by jose in a middleware.
import { ORPCError, os } from '@orpc/server'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { z } from 'zod'
import { audience, hasPermission, issuer, jwksUri, messages } from './settings.js'

const keys = createRemoteJWKSet(new URL(jwksUri))
const options = { issuer, audience, algorithms: ['RS256'] }
const Message = z.object({ message: z.string() })

/** Once a request, however many calls of a batch ask for it. */
export function createVerify(authorization) {
  let claims
  return () => (claims ??= verify(authorization))
}

async function verify(authorization) {
  const [scheme, token] = authorization?.split(' ') ?? []
  if (scheme !== 'Bearer' || !token) throw new ORPCError('UNAUTHORIZED')
  try {
    const { payload } = await jwtVerify(token, keys, options)
    return payload
  } catch (cause) {
    throw new ORPCError('UNAUTHORIZED', { cause })
  }
}

const authenticate = os.$context().middleware(async ({ context, next }) => {
  const claims = await context.verify()
  return next({ context: { claims } })
})

const base = os.$context()
const authenticated = base.use(authenticate)
export const admin = authenticated.use(({ context, next }) => {
  if (!hasPermission(context.claims)) throw new ORPCError('FORBIDDEN')
  return next()
})

const message = (procedure, name) =>
  procedure
    .route({ method: 'GET', path: `/messages/${name}` })
    .output(Message)
    .handler(() => messages[name])

export const messagesRouter = {
  public: message(base, 'public'),
  protected: message(authenticated, 'protected'),
  admin: message(admin, 'admin'),
}
