import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { initTRPC, TRPCError } from '@trpc/server'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import superjson from 'superjson'
import { z } from 'zod'
import { fastifyPlugin } from 'trpc-hybrid/fastify'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { nodeHandler } from 'trpc-hybrid/node'
import { createHybrid, FeatureError, type Hybrid, type HybridMeta } from 'trpc-hybrid'
import { baseUrl, closeServer, listenOnLoopback } from '../support/http.ts'

/** A context of an app's own: nothing of ours is in it. */
interface ShopContext {
  readonly user: string | undefined
}

const t = initTRPC.context<ShopContext>().meta<HybridMeta>().create({ transformer: superjson })

/** A guard of the app's own. */
const signedIn = t.procedure.use(({ ctx, next }) => {
  if (ctx.user === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'secret text' })
  return next({ ctx: { user: ctx.user } })
})

const Item = z.object({ id: z.string(), price: z.number() })

/** A router that was written without us. */
export const shopRouter = t.router({
  items: t.router({
    byId: t.procedure
      .meta({ openapi: { method: 'GET', path: '/items/{id}' } })
      .input(z.object({ id: z.string(), price: z.number().default(1) }))
      .output(Item)
      .query(({ input }) => input),
    add: t.procedure
      .meta({ openapi: { method: 'POST', path: '/items', successStatus: 201 } })
      .input(Item)
      .output(Item)
      .mutation(({ input }) => {
        if (input.id === 'taken') throw new FeatureError('conflict', 'There is one already')
        return input
      }),
    broken: t.procedure
      .meta({ openapi: { method: 'GET', path: '/broken' } })
      .output(z.string())
      .query((): string => {
        throw new Error('secret text')
      }),
  }),
  mine: signedIn
    .meta({ openapi: { method: 'GET', path: '/mine' } })
    .output(z.object({ user: z.string() }))
    .query(({ ctx }) => ({ user: ctx.user })),
  ticks: t.procedure.subscription(async function* () {
    for (const tick of [1, 2, 3]) yield await Promise.resolve(tick)
  }),
  later: t.procedure.query(() => ({ now: 1, later: Promise.resolve(2) })),
})

export type ShopRouter = typeof shopRouter

const createShop = (paths: { rpcPath?: string; restPath?: string } = {}) =>
  createHybrid({ router: shopRouter, info: { title: 'Shop', version: '1.0.0' }, ...paths })

const userOf = (header: string | string[] | null | undefined) => ({
  user: typeof header === 'string' ? header : undefined,
})

export interface Host {
  readonly url: string
  readonly close: () => Promise<unknown>
}

async function listen(listener: RequestListener, path = ''): Promise<Host> {
  const server = createServer(listener)
  const port = await listenOnLoopback(server)
  return { url: `${baseUrl({ port })}${path}`, close: () => closeServer(server) }
}

type Shop = Hybrid<ShopContext>
const nodeContext = ({ req }: { req: IncomingMessage }) => userOf(req.headers['x-user'])

/** The same router in every host: each gives the address at which it is mounted. */
export const HOSTS: Readonly<Record<string, () => Promise<Host>>> = {
  'node:http': () => {
    const shop: Shop = createShop()
    return listen(nodeHandler(shop, { createContext: nodeContext }))
  },

  'Express, below a path': () => {
    const app = express()
    app.use('/api', nodeHandler(createShop(), { createContext: nodeContext }))
    return listen(app, '/api')
  },

  'Express, behind its own parsers': () => {
    const app = express()
    app.use(express.json(), express.urlencoded())
    app.use('/api', nodeHandler(createShop(), { createContext: nodeContext }))
    return listen(app, '/api')
  },

  Hono: async () => {
    const handler = fetchHandler(createShop({ rpcPath: '/api/trpc', restPath: '/api' }), {
      createContext: ({ request }) => userOf(request.headers.get('x-user')),
    })
    const app = new Hono().all('/api/*', (c) => handler(c.req.raw))
    return listen(await asListener((request) => app.fetch(request)), '/api')
  },

  'Request and Response': async () =>
    listen(
      await asListener(
        fetchHandler(createShop(), {
          createContext: ({ request }) => userOf(request.headers.get('x-user')),
        }),
      ),
    ),

  Fastify: async () => {
    const app = Fastify()
    const plugin = fastifyPlugin(createShop(), {
      createContext: ({ req }) => userOf(req.raw.headers['x-user']),
    })
    await app.register(plugin, { prefix: '/api' })
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    return { url: `${url}/api`, close: () => app.close() }
  },
}

/** What servers for `fetch` handlers do. */
async function asListener(
  handle: (request: Request) => Response | Promise<Response>,
): Promise<RequestListener> {
  const { Readable } = await import('node:stream')
  return (req, res) => {
    const { method = 'GET' } = req
    const headers = Object.entries(req.headers).map(([name, value]) => [name, String(value)])
    const hasBody = method !== 'GET' && method !== 'HEAD'
    const request = new Request(`http://${String(req.headers.host)}${String(req.url)}`, {
      method,
      headers: headers as [string, string][],
      ...(hasBody && { body: Readable.toWeb(req) as ReadableStream, duplex: 'half' as const }),
    })
    void Promise.resolve(handle(request)).then((response) => {
      res.writeHead(response.status, [...response.headers].flat())
      if (response.body) Readable.fromWeb(response.body as never).pipe(res)
      else res.end()
    })
  }
}
