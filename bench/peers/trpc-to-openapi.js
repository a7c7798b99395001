// The same design as Messages API, put together the obvious way from the READMEs of its parts: Express,
// helmet, cors, tRPC's Express adapter, trpc-to-openapi's Express adapter, and jose in the context.
import { initTRPC, TRPCError } from '@trpc/server'
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import cors from 'cors'
import express from 'express'
import helmet from 'helmet'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { createOpenApiExpressMiddleware } from 'trpc-to-openapi'
import { z } from 'zod'
import { addReport, reportById } from './reports.js'
import {
  audience,
  clientOrigin,
  hasPermission,
  host,
  issuer,
  jwksUri,
  messages,
  port,
} from './settings.js'

const keys = createRemoteJWKSet(new URL(jwksUri))
const options = { issuer, audience, algorithms: ['RS256'] }
const Message = z.object({ message: z.string() })
const Report = z.object({ id: z.string(), title: z.string() })

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

const t = initTRPC.meta().create()

const protectedProcedure = t.procedure.use(({ ctx, next }) => {
  if (!ctx.claims) throw new TRPCError({ code: 'UNAUTHORIZED' })
  return next({ ctx: { claims: ctx.claims } })
})

const adminProcedure = protectedProcedure.use(({ ctx, next }) => {
  if (!hasPermission(ctx.claims)) throw new TRPCError({ code: 'FORBIDDEN' })
  return next()
})

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
