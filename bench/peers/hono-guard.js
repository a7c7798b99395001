// Tokens are verified by jose, which keeps the keys: Hono's own jwk middleware fetches them on every request.
import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { audience, hasPermission, issuer, jwksUri } from './settings.js'

const keys = createRemoteJWKSet(new URL(jwksUri))
const options = { issuer, audience, algorithms: ['RS256'] }

/** Adds the claims of a valid token to the context. */
export const authenticate = createMiddleware(async (c, next) => {
  const [scheme, token] = c.req.header('authorization')?.split(' ') ?? []
  if (scheme !== 'Bearer' || !token) throw new HTTPException(401)
  try {
    const { payload } = await jwtVerify(token, keys, options)
    c.set('claims', payload)
  } catch (cause) {
    throw new HTTPException(401, { cause })
  }
  await next()
})

export const requireAdmin = createMiddleware(async (c, next) => {
  if (!hasPermission(c.get('claims'))) throw new HTTPException(403)
  await next()
})
