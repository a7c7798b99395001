// What guards a tRPC router the obvious way: jose in the context, and middlewares that ask for its claims.
import { TRPCError } from '@trpc/server'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { audience, hasPermission, issuer, jwksUri } from './settings.js'

const keys = createRemoteJWKSet(new URL(jwksUri))
const options = { issuer, audience, algorithms: ['RS256'] }

export async function createContext({ req }) {
  const [scheme, token] = req.headers.authorization?.split(' ') ?? []
  if (scheme !== 'Bearer' || !token) return {}
  try {
    const { payload } = await jwtVerify(token, keys, options)
    return { claims: payload }
  } catch {
    return {}
  }
}

export function guardedProcedures({ procedure }) {
  const protectedProcedure = procedure.use(({ ctx, next }) => {
    if (!ctx.claims) throw new TRPCError({ code: 'UNAUTHORIZED' })
    return next({ ctx: { claims: ctx.claims } })
  })
  const adminProcedure = protectedProcedure.use(({ ctx, next }) => {
    if (!hasPermission(ctx.claims)) throw new TRPCError({ code: 'FORBIDDEN' })
    return next()
  })
  return { protectedProcedure, adminProcedure }
}
