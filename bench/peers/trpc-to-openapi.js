// The same design as Messages API, put together the obvious way from the READMEs of its parts: Express,
// helmet, cors, tRPC's Express adapter, trpc-to-openapi's Express adapter, and jose in the context.
import { initTRPC } from '@trpc/server'
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import cors from 'cors'
import express from 'express'
import helmet from 'helmet'
import { createOpenApiExpressMiddleware } from 'trpc-to-openapi'
import { z } from 'zod'
import { addReport, reportById } from './reports.js'
import { clientOrigin, host, messages, port } from './settings.js'
import { createContext, guardedProcedures } from './trpc-guard.js'

const Message = z.object({ message: z.string() })
const Report = z.object({ id: z.string(), title: z.string() })

const t = initTRPC.meta().create()

const { protectedProcedure, adminProcedure } = guardedProcedures(t)

const message = (procedure, name) =>
  procedure
    .meta({ openapi: { method: 'GET', path: `/messages/${name}` } })
    .input(z.void())
    .output(Message)
    .query(() => messages[name])

const router = t.router({
  messages: t.router({
    public: message(t.procedure, 'public'),
    protected: message(protectedProcedure, 'protected'),
    admin: message(adminProcedure, 'admin'),
  }),
  reports: t.router({
    byId: adminProcedure
      .meta({ openapi: { method: 'GET', path: '/reports/{id}' } })
      .input(z.object({ id: z.string().regex(/^\d+$/) }))
      .output(Report)
      .query(({ input }) => reportById(input.id)),
    add: adminProcedure
      .meta({ openapi: { method: 'POST', path: '/reports' } })
      .input(z.object({ title: z.string().min(1).max(200) }))
      .output(Report)
      .mutation(({ input }) => addReport(input.title)),
  }),
})

const app = express()
app.use(helmet())
app.use(cors({ origin: clientOrigin, maxAge: 86400 }))
app.use('/trpc', createExpressMiddleware({ router, createContext }))
app.use('/api', createOpenApiExpressMiddleware({ router, createContext }))
app.listen(port, host)
