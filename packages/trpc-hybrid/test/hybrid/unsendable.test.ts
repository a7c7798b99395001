import { createServer, type RequestListener } from 'node:http'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { createHybrid, type HybridOptions } from 'trpc-hybrid'
import { fastifyPlugin } from 'trpc-hybrid/fastify'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { nodeHandler } from 'trpc-hybrid/node'
import {
  createOpenApiFetchHandler,
  createOpenApiNodeHttpHandler,
  fastifyTRPCOpenApiPlugin,
} from 'trpc-hybrid/trpc-to-openapi'
import { baseUrl, closeServer, listenOnLoopback } from '../../../server/test/support/http.ts'
import { downloadRouter, ended } from './downloads.ts'
import { shopRouter } from './shop.ts'

type Call = (path: string) => Promise<Response>

async function calling(listener: RequestListener, use: (call: Call) => Promise<void>) {
  const server = createServer(listener)
  const url = baseUrl({ port: await listenOnLoopback(server) })
  await use((path) => fetch(`${url}${path}`, { signal: AbortSignal.timeout(5_000) }))
  await closeServer(server)
}

const createContext = () => ({ user: undefined })
const told = async (response: Response) => [response.status, await response.json()]

describe('An answer that its host refuses to send', () => {
  type ErrorHeaders = NonNullable<HybridOptions<typeof shopRouter>['errorHeaders']>
  const shop = (errorHeaders: ErrorHeaders) =>
    createHybrid({ router: shopRouter, info: { title: 'Shop', version: '1.0.0' }, errorHeaders })
  type Use = (hybrid: ReturnType<typeof shop>, use: (call: Call) => Promise<void>) => Promise<void>

  const hosts: Readonly<Record<string, Use>> = {
    'node:http': (hybrid, use) => calling(nodeHandler(hybrid, { createContext }), use),
    fetch: (hybrid, use) => {
      const handle = fetchHandler(hybrid, { createContext })
      return use((path) => handle(new Request(`http://api.test${path}`)))
    },
    Fastify: async (hybrid, use) => {
      const app = Fastify()
      await app.register(fastifyPlugin(hybrid, { createContext }))
      const url = await app.listen({ host: '127.0.0.1', port: 0 })
      await use((path) => fetch(`${url}${path}`))
      await app.close()
    },
  }
  const bug = [500, { message: 'Internal Server Error' }]

  describe.each(Object.entries(hosts))('%s', (_name, use) => {
    it('is a 500, and the server goes on', async () => {
      const hybrid = shop(({ status }) =>
        status === 401 ? { 'www-authenticate': 'a\nb' } : undefined,
      )
      await use(hybrid, async (call) => {
        expect(await told(await call('/mine'))).toEqual(bug)
        expect((await call('/items/1')).status).toBe(200)
      })
    })

    it('is a 500 where the error that it became is one too', async () => {
      await use(
        shop(() => ({ 'x-error': 'a\nb' })),
        async (call) => {
          expect(await told(await call('/mine'))).toEqual(bug)
        },
      )
      const broken = shop(() => {
        throw new Error('secret text')
      })
      await use(broken, async (call) => {
        expect(await told(await call('/mine'))).toEqual(bug)
      })
    })
  })

  it.each(['node:http', 'fetch'])('is a 500 where no procedure is, too: %s', async (name) => {
    await hosts[name]?.(
      shop(() => ({ 'x-error': 'a\nb' })),
      async (call) => {
        expect(await told(await call('/nowhere'))).toEqual(bug)
      },
    )
  })
})

describe("What the drop-in's options do wrong", () => {
  const codes: string[] = []
  const options = {
    router: shopRouter,
    createContext,
    onError: ({ error }: { error: { code: string } }) => {
      codes.push(error.code)
    },
  }
  const bug = [500, { message: 'Internal server error', code: 'INTERNAL_SERVER_ERROR' }]

  const wrong = {
    'a status that there is not': { responseMeta: () => ({ status: 42 }) },
    'a header with a line break': { responseMeta: () => ({ headers: { 'x-meta': 'a\nb' } }) },
    'a responseMeta that throws': {
      responseMeta: () => {
        throw new Error('secret text')
      },
    },
  }

  it.each(Object.entries(wrong))('is a 500, of which onError is told: %s', async (_what, meta) => {
    const all = { ...options, ...meta }
    codes.length = 0
    const handle = createOpenApiNodeHttpHandler(all)
    await calling(
      (req, res) => void handle(req, res),
      async (call) => {
        expect(await told(await call('/items/1'))).toEqual(bug)
      },
    )
    const req = new Request('http://api.test/items/1')
    expect(await told(await createOpenApiFetchHandler({ ...all, endpoint: '/', req }))).toEqual(bug)
    const app = Fastify()
    await app.register(fastifyTRPCOpenApiPlugin as never, all as object)
    const { statusCode, body } = await app.inject('/items/1')
    expect([statusCode, JSON.parse(body)]).toEqual(bug)
    expect(codes).toEqual(Array(3).fill('INTERNAL_SERVER_ERROR'))
  })

  it.each(Object.entries(wrong))('ends a file that is not sent: %s', async (_what, meta) => {
    const all = { router: downloadRouter, ...meta }
    ended.length = 0
    const handle = createOpenApiNodeHttpHandler(all)
    await calling(
      (req, res) => void handle(req, res),
      async (call) => {
        expect(await told(await call('/endless'))).toEqual(bug)
      },
    )
    const req = new Request('http://api.test/endless')
    expect(await told(await createOpenApiFetchHandler({ ...all, endpoint: '/', req }))).toEqual(bug)
    const app = Fastify()
    await app.register(fastifyTRPCOpenApiPlugin as never, all as object)
    expect((await app.inject('/endless')).statusCode).toBe(500)
    await expect.poll(() => ended).toEqual(Array(3).fill('generator'))
  })

  it('is a 500 where onError throws', async () => {
    const handle = createOpenApiNodeHttpHandler({
      ...options,
      onError: () => {
        throw new Error('secret text')
      },
    })
    await calling(
      (req, res) => void handle(req, res),
      async (call) => {
        expect(await told(await call('/mine'))).toEqual(bug)
      },
    )
  })
})
