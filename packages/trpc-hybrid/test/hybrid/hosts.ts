import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { fastifyPlugin } from 'trpc-hybrid/fastify'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { nodeHandler } from 'trpc-hybrid/node'
import { createShop, userOf } from './shop.ts'

// Also copied into an app outside of this repository: nothing of the tests is imported here.

export interface Host {
  readonly url: string
  readonly close: () => Promise<unknown>
}

const nodeContext = ({ req }: { req: IncomingMessage }) => userOf(req.headers['x-user'])
const expressContext = ({ req }: { req: express.Request }) => userOf(req.get('x-user'))
const fetchContext = ({ request }: { request: Request }) => userOf(request.headers.get('x-user'))

/** The same router in every host: each gives the address at which it is mounted. */
export const HOSTS: Readonly<Record<string, () => Promise<Host>>> = {
  'node:http': () => listen(nodeHandler(createShop(), { createContext: nodeContext })),

  'Express, below a path': () => {
    const app = express()
    app.use('/api', nodeHandler(createShop(), { createContext: expressContext }))
    return listen(app, '/api')
  },

  'Express, behind its own parsers': () => {
    const app = express()
    app.use(express.json(), express.urlencoded())
    app.use('/api', nodeHandler(createShop(), { createContext: expressContext }))
    return listen(app, '/api')
  },

  Hono: () => {
    const shop = createShop({ rpcPath: '/api/trpc', restPath: '/api' })
    const handler = fetchHandler(shop, { createContext: fetchContext })
    const app = new Hono().all('/api/*', (c) => handler(c.req.raw))
    return listen(
      asListener((request) => app.fetch(request)),
      '/api',
    )
  },

  'Request and Response': () =>
    listen(asListener(fetchHandler(createShop(), { createContext: fetchContext }))),

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

export async function listen(listener: RequestListener, path = ''): Promise<Host> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.close().closeAllConnections()
    return once(server, 'close')
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, close }
}

/** What servers for `fetch` handlers do. */
export function asListener(
  handle: (request: Request) => Response | Promise<Response>,
): RequestListener {
  return (req, res) => {
    const { method = 'GET', url = '/' } = req
    const headers = Object.entries(req.headers).map(([name, value]) => [name, String(value)])
    const hasBody = method !== 'GET' && method !== 'HEAD'
    const request = new Request(`http://localhost${url}`, {
      method,
      headers: headers as [string, string][],
      ...(hasBody && { body: bodyOf(req), duplex: 'half' as const }),
    })
    void Promise.resolve(handle(request)).then((response) => {
      res.writeHead(response.status, [...response.headers].flat())
      if (response.body) Readable.fromWeb(response.body as never).pipe(res)
      else res.end()
    })
  }
}

/** What nobody reads any more is read and dropped: the connection stays open for the answer. */
export function bodyOf(req: IncomingMessage): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      req.on('data', (chunk: Uint8Array) => {
        controller.enqueue(chunk)
      })
      req.on('end', () => {
        controller.close()
      })
      req.on('error', (error) => {
        controller.error(error)
      })
    },
    cancel() {
      req.removeAllListeners('data').removeAllListeners('end').resume()
    },
  })
}
