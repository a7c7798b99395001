import { createServer, type RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { initTRPC, TRPCError } from '@trpc/server'
import Fastify, { type FastifyRequest } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createOpenApiNodeHttpHandler as createReference,
  generateOpenApiDocument as generateReference,
} from 'trpc-openapi'
import { z } from 'zod'
import {
  createOpenApiExpressMiddleware,
  createOpenApiFetchHandler,
  createOpenApiHttpHandler,
  createOpenApiKoaMiddleware,
  createOpenApiNextHandler,
  createOpenApiNuxtHandler,
  fastifyTRPCOpenApiPlugin,
  generateOpenApiDocument,
  type GenerateOpenApiDocumentOptions,
  type OpenApiMeta,
} from 'trpc-hybrid/trpc-to-openapi'
import { baseUrl, closeServer, listenOnLoopback } from '../../../server/test/support/http.ts'

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
  ])('answers as trpc-to-openapi does to %s', async (_name, path, init) => {
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

it('the Fastify plugin serves below its prefix, and is typed as Fastify wants it', async () => {
  const app = Fastify()
  await app.register(fastifyTRPCOpenApiPlugin, {
    prefix: '/api',
    router: createRouter(),
    createContext: ({ req }: { req: FastifyRequest }) => ({ user: String(req.headers['x-user']) }),
  })
  const payload = { text: 'taken' }
  const answer = await app.inject({ method: 'POST', url: '/api/things', payload })
  expect(answer.json()).toEqual({ message: 'There is one already', code: 'CONFLICT' })
  await app.close()
})

/** Packages of others: their types are not needed, and a name that is computed asks for none. */
const load = (name: string) => import(name) as Promise<unknown>

it('the middleware for Koa serves, and goes on where no procedure is', async () => {
  const middleware = createOpenApiKoaMiddleware({
    router: createRouter(),
    createContext: ({ req }) => ({ user: String(req.headers['x-user']) }),
  })
  type Middleware = (ctx: Parameters<typeof middleware>[0], next: () => Promise<void>) => unknown
  type Koa = new () => { use: (given: Middleware) => unknown; callback: () => RequestListener }
  const { default: Koa } = (await load('koa')) as { default: Koa }
  const app = new Koa()
  app.use(middleware)
  app.use(({ res }) => {
    Object.assign(res, { statusCode: 200 }).end('{"from":"the next one"}')
  })
  const host = await start((req, res) => {
    app.callback()(req, res)
    return Promise.resolve()
  })
  const init = { ...json({ text: 'a' }), headers: { ...json(0).headers, 'x-user': 'ada' } }
  expect((await host.call('/things', init)).body).toEqual({ text: 'a', user: 'ada' })
  expect((await host.call('/nothing')).body).toEqual({ from: 'the next one' })
  await host.close()

  const parsing = new Koa()
  parsing.use(async ({ req, request }, next) => {
    Object.assign(request, { body: JSON.parse(await text(req)) as unknown })
    await next()
  })
  parsing.use(middleware)
  const parsed = await start((req, res) => {
    parsing.callback()(req, res)
    return Promise.resolve()
  })
  expect((await parsed.call('/things', init)).body).toEqual({ text: 'a', user: 'ada' })
  await parsed.close()
})

it("the handler for Nuxt takes the path from h3's parameters", async () => {
  const handler = createOpenApiNuxtHandler({ router: createRouter(), createContext: () => ({}) })
  interface H3 {
    createApp: () => { use: (router: unknown) => unknown }
    createRouter: () => { use: (path: string, given: typeof handler) => unknown }
    toNodeListener: (app: unknown) => (...given: Parameters<RequestListener>) => Promise<void>
  }
  const h3 = (await load('h3')) as H3
  const app = h3.createApp()
  app.use(h3.createRouter().use('/api/**:trpc', handler))
  const host = await start(h3.toNodeListener(app))
  expect((await host.call('/api/things/a%20b?count=3')).body).toEqual({ id: 'a b', count: 3 })
  expect((await host.call('/api/things', json({ text: 'a' }))).body).toEqual({ text: 'a' })
  expect((await host.call('/api/nothing')).status).toBe(404)
  await host.close()
})

it('the handler for node:http has the name that it has there too', async () => {
  const router = createRouter()
  const host = await start(createOpenApiHttpHandler({ router, createContext: () => ({}) }))
  expect((await host.call('/things/a')).body).toEqual({ id: 'a' })
  await host.close()
})

describe('The document', () => {
  const Thing = z.object({ id: z.string(), at: z.date().optional(), n: z.number().default(1) })
  const procedures = () => ({
    things: t.router({
      read: t.procedure
        .meta({
          openapi: { method: 'GET', path: '/things/{id}', summary: 'Read', tags: ['things'] },
        })
        .input(
          z.object({
            id: z.string(),
            count: z.number().optional(),
            all: z.boolean().default(true),
          }),
        )
        .output(Thing.meta({ id: 'Thing', title: 'A thing' }))
        .query(({ input }) => ({ id: input.id, n: 1 })),
      add: t.procedure
        .meta({
          openapi: { method: 'POST', path: '/things', protect: false, errorResponses: [409] },
        })
        .input(
          z.object({
            text: z.string().min(1).describe('Words'),
            thing: Thing.meta({ id: 'Thing' }),
          }),
        )
        .output(z.void())
        .mutation(() => undefined),
      put: t.procedure
        .meta({
          openapi: {
            method: 'PUT',
            path: '/things/{id}',
            operationId: 'replace',
            deprecated: true,
            description: 'Replaces it',
            requestHeaders: z.object({ 'if-match': z.string() }),
            responseHeaders: z.object({ etag: z.string() }),
            successDescription: 'Replaced',
            errorResponses: { 404: 'There is none' },
          },
        })
        .input(z.object({ id: z.string(), n: z.number() }))
        .output(z.array(Thing))
        .mutation(() => []),
    }),
  })
  const common = { title: 'Things', version: '1.0.0', baseUrl: 'https://api.test' }
  const full = {
    ...common,
    description: 'All of them',
    docsUrl: 'https://docs.test',
    tags: ['things'],
    contact: { name: 'Ada' },
    license: { name: 'MIT' },
    securitySchemes: { key: { type: 'apiKey' as const, in: 'header' as const, name: 'x-key' } },
    openApiVersion: '3.1.1' as const,
    paths: { '/other': { get: { responses: { 200: { description: 'Another' } } } } },
    defs: { Word: z.string().min(2) },
  } satisfies GenerateOpenApiDocumentOptions
  const filter = ({ metadata }: { metadata: { openapi: { method: string } } }) =>
    metadata.openapi.method !== 'PUT'

  it.each([
    ['with what it needs', common],
    ['with all that there is to say', full],
    ['with a filter', { ...common, filter }],
  ])('is that of trpc-to-openapi, %s', (_what, options) => {
    const reference = generateReference(t.router(procedures()) as never, options as never)
    expect(generateOpenApiDocument(t.router(procedures()), options)).toEqual(reference)
    expect(Object.keys(reference.paths ?? {})).toContain('/things/{id}')
  })

  it('is our own where trpc-to-openapi can describe a part of it not at all', () => {
    const either = t.procedure
      .meta({ openapi: { method: 'POST', path: '/either' } })
      .input(z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]))
      .output(z.string())
      .mutation(() => '')
    const make = () => t.router({ ...procedures(), either })
    expect(() => generateReference(make() as never, common)).toThrow()
    const { openapi, paths, components } = generateOpenApiDocument(make(), full)
    expect(openapi).toBe('3.1.1')
    expect(Object.keys(paths)).toEqual(['/things/{id}', '/things', '/either', '/other'])
    expect(paths['/things']?.['post']?.operationId).toBe('things-add')
    expect(components.schemas).toHaveProperty('Word')
  })

  it('says what is served: an output of nothing is a 200', async () => {
    const router = t.router(procedures())
    const host = await start(createOpenApiHttpHandler({ router, createContext: () => ({}) }))
    const answer = await host.call('/things', json({ text: 'a', thing: { id: 'a' } }))
    expect(answer).toMatchObject({ status: 200, body: undefined })
    await host.close()
  })

  it('says what is protected, and by what', () => {
    const document = generateOpenApiDocument(createRouter(), common)
    expect(document.servers).toEqual([{ url: 'https://api.test' }])
    expect(document.paths['/things']?.['post']?.security).toEqual([{ Authorization: [] }])
  })
})
