/** A Hono app whose tRPC router is served as RPC and REST, and described: for Node.js, Bun and Deno. */
import { Hono } from 'hono'
import { createHybrid } from 'trpc-hybrid'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { reportsRouter } from './reports-router.ts'

const hybrid = createHybrid({
  router: reportsRouter,
  info: { title: 'Reports', version: '1.0.0' },
  restPath: '/api',
  rpcPath: '/api/trpc',
  trustProtect: true, // the router's own middleware keeps what its meta says
  exposeTrpcMessages: true,
})
const handle = fetchHandler(hybrid, {
  createContext: ({ request }) => ({ user: request.headers.get('x-user') ?? undefined }),
})

const app = new Hono()
app.get('/openapi.json', (c) => c.json(hybrid.document))
app.all('/api/*', (c) => handle(c.req.raw))

export default app
