// tRPC in an app of Hono on Node.js, as the README of @hono/trpc-server shows.
import { serve } from '@hono/node-server'
import { trpcServer } from '@hono/trpc-server'
import { initTRPC, TRPCError } from '@trpc/server'
import { Hono } from 'hono'
import { z } from 'zod'
import { authenticate } from './hono-guard.js'
import { hasPermission, host, messages, port } from './settings.js'

const t = initTRPC.context().create()

const adminProcedure = t.procedure.use(({ ctx, next }) => {
  if (!hasPermission(ctx.claims)) throw new TRPCError({ code: 'FORBIDDEN' })
  return next()
})

const router = t.router({
  messages: t.router({
    admin: adminProcedure.output(z.object({ message: z.string() })).query(() => messages.admin),
  }),
})
const createContext = (_options, c) => ({ claims: c.get('claims') })

const app = new Hono()
app.use('/trpc/*', authenticate, trpcServer({ router, createContext }))

serve({ fetch: app.fetch, port, hostname: host })
