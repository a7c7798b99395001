/** A Fastify app whose tRPC router is served as RPC and REST, and described. */
import fastify, { type FastifyRequest } from 'fastify'
import { createHybrid } from 'trpc-hybrid'
import { fastifyPlugin } from 'trpc-hybrid/fastify'
import { reportsRouter, type Context } from './reports-router.ts'

const hybrid = createHybrid({
  router: reportsRouter,
  info: { title: 'Reports', version: '1.0.0' },
  trustProtect: true, // the router's own middleware keeps what its meta says
  exposeTrpcMessages: true,
})

const createContext = ({ req }: { req: FastifyRequest }): Context => ({
  user: req.headers['x-user']?.toString(),
})

const app = fastify()
app.get('/openapi.json', () => ({ ...hybrid.document, servers: [{ url: '/api' }] }))
await app.register(fastifyPlugin(hybrid, { createContext }), { prefix: '/api' })

process.stdout.write(
  `listening at ${await app.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' })}\n`,
)
