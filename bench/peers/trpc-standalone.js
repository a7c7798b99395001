// tRPC's own standalone adapter with jose in the context, and nothing else around it.
import { createServer } from 'node:http'
import { initTRPC, tracked, TRPCError } from '@trpc/server'
import { createHTTPHandler } from '@trpc/server/adapters/standalone'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { z } from 'zod'
import { createEventProcedures } from '../streams/event-procedures.js'
import { audience, hasPermission, host, issuer, jwksUri, messages, port } from './settings.js'

const keys = createRemoteJWKSet(new URL(jwksUri))
const options = { issuer, audience, algorithms: ['RS256'] }
/** As ours pings. */
const PING_MS = 15_000
/** At this path the harness asks every server whether it is up, and whether it is guarded. */
const PROBE = '/api/messages/admin'

async function createContext({ req }) {
  const [scheme, token] = req.headers.authorization?.split(' ') ?? []
  if (scheme !== 'Bearer' || !token) return {}
  try {
    const { payload } = await jwtVerify(token, keys, options)
    return { claims: payload }
  } catch {
    return {}
  }
}

const t = initTRPC.create({
  sse: {
    ping: { enabled: true, intervalMs: PING_MS },
    client: { reconnectAfterInactivityMs: 3 * PING_MS },
  },
})

const protectedProcedure = t.procedure.use(({ ctx, next }) => {
  if (!ctx.claims) throw new TRPCError({ code: 'UNAUTHORIZED' })
  return next({ ctx: { claims: ctx.claims } })
})

const adminProcedure = protectedProcedure.use(({ ctx, next }) => {
  if (!hasPermission(ctx.claims)) throw new TRPCError({ code: 'FORBIDDEN' })
  return next()
})

const router = t.router({
  messages: t.router({
    admin: adminProcedure.output(z.object({ message: z.string() })).query(() => messages.admin),
  }),
  events: t.router(createEventProcedures(protectedProcedure, tracked)),
})

const handle = createHTTPHandler({ router, createContext, basePath: '/trpc/' })
createServer((req, res) => {
  if (req.url === PROBE) req.url = '/trpc/messages.admin'
  handle(req, res)
}).listen(port, host)
