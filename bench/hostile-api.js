// The server that is attacked: what was built, with procedures whose inputs and streams can be made to cost much.
import { once } from 'node:events'
import { messagesRouter } from '../dist/messages/messages.router.js'
import { protectedProcedure, router } from '../dist/trpc.js'
import { z } from '../node_modules/zod/index.js' // the server's own, not that of the peers
import { runBuilt } from './built-server.js'
import { reportsRouter } from './reports-router.js'

const Leaf = z.object({ kind: z.literal('leaf'), n: z.number() })
const branch = (kind) =>
  z.object({ kind: z.literal(kind), inner: Node, leaves: z.array(Leaf), at: z.date().optional() })
const Node = z.lazy(() => Tree).meta({ id: 'Node' })
const Tree = z.discriminatedUnion('kind', [branch('all'), branch('any'), Leaf])

const Order = z.object({
  lines: z.array(z.object({ article: z.string(), amount: z.number(), price: z.number() })),
})
const Done = z.object({ done: z.boolean() })

const post = (path) => protectedProcedure.meta({ openapi: { method: 'POST', path } }).output(Done)

const hostileRouter = router({
  messages: messagesRouter,
  reports: reportsRouter,
  plant: post('/api/trees')
    .input(z.object({ tree: Tree }))
    .mutation(() => ({ done: true })),
  order: post('/api/orders')
    .input(Order)
    .mutation(() => ({ done: true })),
  idle: protectedProcedure.subscription(async function* ({ signal }) {
    yield 'begun'
    await once(signal, 'abort')
  }),
})

const requestTimeoutMs = Number(process.env.HOSTILE_REQUEST_TIMEOUT_MS)
await runBuilt(
  hostileRouter,
  requestTimeoutMs > 0 ? { requestTimeoutMs, headersTimeoutMs: requestTimeoutMs } : {},
)
