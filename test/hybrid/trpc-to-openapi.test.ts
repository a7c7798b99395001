import { createServer } from 'node:http'
import { initTRPC, TRPCError } from '@trpc/server'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOpenApiNodeHttpHandler as createReference } from 'trpc-openapi'
import { z } from 'zod'
import {
  createOpenApiExpressMiddleware,
  createOpenApiFetchHandler,
  createOpenApiNextHandler,
  fastifyTRPCOpenApiPlugin,
  generateOpenApiDocument,
  type OpenApiMeta,
} from 'trpc-hybrid/trpc-to-openapi'
import { baseUrl, closeServer, listenOnLoopback } from '../support/http.ts'

const t = initTRPC.context<{ user?: string }>().meta<OpenApiMeta>().create()

/** Made anew for each, because trpc-to-openapi changes the schemas that it is given. */
const createRouter = () =>
  t.router({
    read: t.procedure
      .meta({ openapi: { method: 'GET', path: '/things/{id}', protect: true } })
      .input(z.object({ id: z.string(), count: z.number().optional() }))
      .output(z.object({ id: z.string(), count: z.number().optional() }))
      .query(({ input }) => input),
    add: t.procedure
      .meta({ openapi: { method: 'POST', path: '/things' } })
      .input(z.object({ text: z.string() }))
      .output(z.object({ text: z.string(), user: z.string().optional() }))
      .mutation(({ input, ctx }) => {
        if (input.text === 'taken') {
          throw new TRPCError({ code: 'CONFLICT', message: 'There is one already' })
        }
        if (input.text === 'bug') throw new Error('secret text')
        return { ...input, ...(ctx.user !== undefined && { user: ctx.user }) }
      }),
  })

type Handler = ReturnType<typeof createOpenApiExpressMiddleware>
async function start(handler: Handler) {
  const server = createServer((req, res) => void handler(req, res))
  const port = await listenOnLoopback(server)
  const call = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${baseUrl({ port })}${path}`, init)
    const text = await response.text()
    const body = text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>)
    return { status: response.status, type: response.headers.get('content-type'), body }
  }
  return { call, close: () => closeServer(server) }
}

const post = (body: string, type = 'application/json') => ({
  method: 'POST',
  headers: { 'content-type': type },
  body,
})
const json = (body: unknown) => post(JSON.stringify(body))

const seen: unknown[] = []
let ours: Awaited<ReturnType<typeof start>>
let theirs: typeof ours
beforeAll(async () => {
  ours = await start(
    createOpenApiExpressMiddleware({
      router: createRouter(),
      createContext: () => ({}),
      responseMeta: ({ errors, paths }) => ({
        headers: { 'x-seen': `${errors.length} ${paths?.[0]}` },
      }),
      onError: ({ error, path }) => seen.push([error.code, path]),
    }),
  )
  const reference = createReference({
    router: createRouter() as never,
    createContext: (() => ({})) as never,
  })
  theirs = await start((req, res) => reference(req, res))
})
afterAll(() => Promise.all([ours.close(), theirs.close()]))

describe('The drop-in answers as trpc-to-openapi does', () => {
  it.each<[string, string, RequestInit | undefined]>([
    ['a query', '/things/a?count=2', undefined],
    ['a body', '/things', json({ text: 'a' })],
    ['an unknown path', '/nothing', undefined],
    ['another method', '/things', { method: 'PUT' }],
    ['HEAD at an unknown path', '/nothing', { method: 'HEAD' }],
    ['an input that does not fit', '/things', json({ text: 1 })],
    ['a text that is no JSON', '/things', post('{')],
    ['the message of a TRPCError', '/things', json({ text: 'taken' })],
    ['a body that is too large', '/things', json({ text: 'x'.repeat(101_000) })],
  ])('to %s', async (_name, path, init) => {
    const [mine, reference] = [await ours.call(path, init), await theirs.call(path, init)]
    // Difference: the body has no `data`, in which trpc-to-openapi tells the path and a stack.
    if (reference.body) delete reference.body['data']
    expect(mine).toEqual(reference)
  })
})

describe('The drop-in differs', () => {
  it('closes the quotes around a media type', async () => {
    const init = post('a', 'text/csv')
    const message = 'Unsupported content-type "text/csv'
    expect(await theirs.call('/things', init)).toMatchObject({ status: 415, body: { message } })
    const told = { message: `${message}"`, code: 'UNSUPPORTED_MEDIA_TYPE' }
    expect(await ours.call('/things', init)).toMatchObject({ status: 415, body: told })
  })

  it('decodes the parameters of a path', async () => {
    expect((await theirs.call('/things/a%20b')).body).toEqual({ id: 'a%20b' })
    expect((await ours.call('/things/a%20b')).body).toEqual({ id: 'a b' })
  })

  it('tells nobody the text of a bug', async () => {
    const answer = await ours.call('/things', json({ text: 'bug' }))
    expect((await theirs.call('/things', json({ text: 'bug' }))).body).toMatchObject({
      message: 'secret text',
    })
    expect(answer.body).toEqual({ message: 'Internal server error', code: 'INTERNAL_SERVER_ERROR' })
  })
})

it('onError is told of every error, with the procedure', async () => {
  seen.length = 0
  await ours.call('/things', json({ text: 'taken' }))
  expect(seen).toEqual([['CONFLICT', 'add']])
})

it('the fetch handler makes the context of each request anew', async () => {
  const router = createRouter()
  const called = async (user: string) => {
    const req = new Request('http://api.test/api/things', json({ text: 'a' }))
    const createContext = () => ({ user })
    return (
      await createOpenApiFetchHandler({ router, endpoint: '/api', req, createContext })
    ).json()
  }
  expect([await called('ada'), await called('bob')]).toMatchObject([
    { user: 'ada' },
    { user: 'bob' },
  ])
})

it("the handler for Next.js' pages takes the path from the query", async () => {
  const handler = createOpenApiNextHandler({ router: createRouter(), createContext: () => ({}) })
  const host = await start((req, res) =>
    handler(Object.assign(req, { query: { trpc: ['things', 'a b'] } }), res),
  )
  expect((await host.call('/api/things/a%20b?count=3')).body).toEqual({ id: 'a b', count: 3 })
  await host.close()
})

it('the Fastify plugin serves below its prefix', async () => {
  const app = Fastify()
  await app.register(fastifyTRPCOpenApiPlugin as never, {
    prefix: '/api',
    router: createRouter(),
    createContext: () => ({}),
  })
  const payload = { text: 'taken' }
  const answer = await app.inject({ method: 'POST', url: '/api/things', payload })
  expect(answer.json()).toEqual({ message: 'There is one already', code: 'CONFLICT' })
  await app.close()
})

it('the document says what is protected, and by what', () => {
  const document = generateOpenApiDocument(createRouter(), {
    title: 'Things',
    version: '1.0.0',
    baseUrl: 'https://api.test',
  })
  expect(document.servers).toEqual([{ url: 'https://api.test' }])
  expect(document.paths['/things']?.['post']?.security).toEqual([{ Authorization: [] }])
})
