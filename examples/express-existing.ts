/** An Express app that had trpc-to-openapi: one import is another, and the rest is as it was. */
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import express, { type Request } from 'express'
import {
  createOpenApiExpressMiddleware,
  generateOpenApiDocument,
} from 'trpc-hybrid/trpc-to-openapi'
import { reportsRouter, type Context } from './reports-router.ts'

const createContext = ({ req }: { req: Request }): Context => ({ user: req.get('x-user') })
const document = generateOpenApiDocument(reportsRouter, {
  title: 'Reports',
  version: '1.0.0',
  baseUrl: 'http://localhost:3000/api',
})

const app = express()
app.get('/openapi.json', (_req, res) => {
  res.json(document)
})
app.use('/trpc', createExpressMiddleware({ router: reportsRouter, createContext }))
app.use('/api', createOpenApiExpressMiddleware({ router: reportsRouter, createContext }))

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  process.stdout.write(`listening at ${JSON.stringify(server.address())}\n`)
})
