import type { RequestListener } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import express from 'express'
import Fastify from 'fastify'
import type { Hybrid } from 'trpc-hybrid'
import { fastifyPlugin } from 'trpc-hybrid/fastify'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { nodeHandler } from 'trpc-hybrid/node'
import { bodyOf, listen, type Host } from './hosts.ts'

/** Every way in which a hybrid is served, of any context that has headers. */
export const FILE_HOSTS: Readonly<Record<string, (hybrid: Hybrid) => Promise<Host>>> = {
  'node:http': (hybrid) => listen(nodeHandler(hybrid, { createContext: () => ({}) })),

  'Express behind express.json()': (hybrid) => {
    const app = express()
    app.use(express.json(), express.urlencoded())
    app.use(nodeHandler(hybrid, { createContext: () => ({}) }))
    return listen(app)
  },

  Fastify: async (hybrid) => {
    const app = Fastify({ forceCloseConnections: true })
    await app.register(fastifyPlugin(hybrid, { createContext: () => ({}) }))
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    return { url, close: () => app.close() }
  },

  fetch: (hybrid) => listen(asServer(fetchHandler(hybrid, { createContext: () => ({}) }))),
}

/** As servers for `fetch` handlers do: a body that fails breaks the connection, a client that leaves cancels it. */
function asServer(handle: (request: Request) => Promise<Response>): RequestListener {
  return (req, res) => {
    const { method = 'GET', url = '/' } = req
    const headers = Object.entries(req.headers).map(([name, value]) => [name, String(value)])
    const hasBody = method !== 'GET' && method !== 'HEAD'
    const gone = new AbortController()
    res.once('close', () => {
      gone.abort()
    })
    const request = new Request(`http://localhost${url}`, {
      method,
      headers: headers as [string, string][],
      signal: gone.signal,
      ...(hasBody && { body: bodyOf(req), duplex: 'half' as const }),
    })
    void handle(request).then(async (response) => {
      res.writeHead(response.status, [...response.headers].flat())
      if (!response.body) return res.end()
      await pipeline(Readable.fromWeb(response.body as never), res).catch(() => undefined)
      return undefined
    })
  }
}
