// tRPC's own standalone adapter with jose in the context, and nothing else around it.
import { createServer } from 'node:http'
import { initTRPC, tracked } from '@trpc/server'
import { createHTTPHandler } from '@trpc/server/adapters/standalone'
import { z } from 'zod'
import { createEventProcedures } from '../streams/event-procedures.js'
import { host, messages, port } from './settings.js'
import { createContext, guardedProcedures } from './trpc-guard.js'

/** As ours pings. */
const PING_MS = 15_000
/** At this path the harness asks every server whether it is up, and whether it is guarded. */
const PROBE = '/api/messages/admin'

const t = initTRPC.create({
  sse: {
    ping: { enabled: true, intervalMs: PING_MS },
    client: { reconnectAfterInactivityMs: 3 * PING_MS },
  },
})

const { protectedProcedure, adminProcedure } = guardedProcedures(t)

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
