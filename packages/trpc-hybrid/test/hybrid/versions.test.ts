import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { initTRPC, type AnyRouter } from '@trpc/server'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import express from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createHybrid, type Hybrid, type HybridMeta } from 'trpc-hybrid'
import { nodeHandler } from 'trpc-hybrid/node'
import { baseUrl, closeServer, listenOnLoopback } from '../../../server/test/support/http.ts'

const t = initTRPC.context<{ caller: string }>().meta<HybridMeta>().create()
const get = (path: `/${string}`) => t.procedure.meta({ openapi: { method: 'GET', path } })

const first = t.router({
  user: t.router({
    byId: get('/users/{id}')
      .input(z.object({ id: z.number() }))
      .output(z.object({ id: z.number(), name: z.string() }))
      .query(({ input, ctx }) => ({ id: input.id, name: ctx.caller })),
  }),
  old: get('/old')
    .output(z.literal('only in v1'))
    .query(() => 'only in v1' as const),
})
const second = t.router({
  user: t.router({
    byId: get('/users/{id}')
      .input(z.object({ id: z.uuid() }))
      .output(z.object({ id: z.string(), fullName: z.string() }))
      .query(({ input, ctx }) => ({ id: input.id, fullName: ctx.caller })),
  }),
})

const versionOf = <Router extends AnyRouter>(router: Router, version: string) =>
  createHybrid({
    router,
    info: { title: 'Users', version: `${version}.0.0` },
    restPath: `/v${version}`,
    rpcPath: `/v${version}/trpc`,
  })
const v1 = versionOf(first, '1')
const v2 = versionOf(second, '2')

const createContext = ({ req }: { req: IncomingMessage }) => ({
  caller: String(req.headers['x-caller']),
})
const serve = (hybrid: Hybrid<{ caller: string }>) => nodeHandler(hybrid, { createContext })

const HOSTS: Readonly<Record<string, () => RequestListener>> = {
  'node:http': () => {
    const [one, two] = [serve(v1), serve(v2)]
    return (req, res) => {
      const { document } = req.url?.startsWith('/v2') ? v2 : v1
      if (req.url?.endsWith('/openapi.json')) {
        res.setHeader('content-type', 'application/json').end(JSON.stringify(document))
      } else {
        one(req, res, () => {
          two(req, res)
        })
      }
    }
  },
  Express: () => {
    const app = express().use(serve(v1)).use(serve(v2))
    for (const [path, { document }] of Object.entries({ '/v1': v1, '/v2': v2 })) {
      app.get(`${path}/openapi.json`, (_, res) => {
        res.json(document)
      })
    }
    return app
  },
}

describe.each(Object.entries(HOSTS))('Two versions in one server of %s', (_, listener) => {
  const server = createServer(listener())
  const uuid = '6e0b1e1a-0c6b-4b7e-9d3c-0b9f1f1f1f1f'
  const headers = { 'x-caller': 'ann' }
  let url = ''
  beforeAll(async () => {
    url = baseUrl({ port: await listenOnLoopback(server) })
  })
  afterAll(() => closeServer(server))

  const ask = async (path: string) => {
    const response = await fetch(`${url}${path}`, { headers })
    const type = response.headers.get('content-type') ?? ''
    return { status: response.status, body: /json/.test(type) ? await response.json() : undefined }
  }

  it('each have their routes', async () => {
    expect(await ask('/v1/users/7')).toEqual({ status: 200, body: { id: 7, name: 'ann' } })
    expect(await ask(`/v2/users/${uuid}`)).toEqual({
      status: 200,
      body: { id: uuid, fullName: 'ann' },
    })
    expect((await ask('/v2/users/7')).status).toBe(400)
    expect((await ask('/v1/old')).status).toBe(200)
    for (const path of ['/v2/old', '/users/7', '/v3/users/7']) {
      expect((await ask(path)).status).toBe(404)
    }
  })

  it('each have their typed client', async () => {
    const link = (path: string) => httpBatchLink({ url: `${url}${path}`, headers })
    const one = createTRPCClient<typeof first>({ links: [link('/v1/trpc')] })
    const two = createTRPCClient<typeof second>({ links: [link('/v2/trpc')] })
    const answers = await Promise.all([
      one.user.byId.query({ id: 7 }),
      one.old.query(),
      two.user.byId.query({ id: uuid }),
    ])
    expect(answers).toEqual([{ id: 7, name: 'ann' }, 'only in v1', { id: uuid, fullName: 'ann' }])
    expect((await ask('/v2/trpc/old')).status).toBe(404)
    expect((await ask('/trpc/old')).status).toBe(404)
  })

  it('each have their document', async () => {
    expect((await ask('/v1/openapi.json')).body).toMatchObject({
      info: { version: '1.0.0' },
      paths: { '/v1/users/{id}': { get: { operationId: 'userById' } }, '/v1/old': {} },
    })
    const { body } = await ask('/v2/openapi.json')
    expect(body).toMatchObject({ info: { version: '2.0.0' } })
    expect(Object.keys((body as { paths: object }).paths)).toEqual(['/v2/users/{id}'])
  })
})

describe('Several documents of one router', () => {
  const secret = get('/secret')
    .output(z.string().meta({ id: 'Secret' }))
    .query(() => 'hidden')
  const hybrid = createHybrid({
    router: t.mergeRouters(first, t.router({ secret })),
    info: { title: 'All', version: '1.0.0' },
  })

  it('hold the procedures of their filter, and nothing of others', () => {
    const filter = (path: string) => path !== 'secret'
    const document = hybrid.describe({ filter, info: { title: 'Public', version: '9.0.0' } })
    expect(document.info).toEqual({ title: 'Public', version: '9.0.0' })
    expect(Object.keys(document.paths)).toEqual(['/users/{id}', '/old'])
    expect(JSON.stringify(document)).not.toContain('Secret')
    expect(Object.keys(hybrid.document.paths)).toContain('/secret')
  })

  it('may ask a procedure itself', () => {
    const isOpen = (_: string, { _def }: { _def: { meta?: unknown } }) =>
      (_def.meta as HybridMeta).openapi?.path === '/old'
    expect(Object.keys(hybrid.describe({ filter: isOpen }).paths)).toEqual(['/old'])
  })
})

describe('Operation ids that collide', () => {
  const at = (path: `/${string}`, operationId?: string) =>
    t.procedure
      .meta({ openapi: { method: 'GET', path, ...(operationId && { operationId }) } })
      .output(z.string())
      .query(() => '')
  const check = (router: AnyRouter) =>
    createHybrid({ router, info: { title: 'Ids', version: '1.0.0' } })

  it('are told with the names of both procedures, where they are made of these', () => {
    const router = t.router({ user: t.router({ byId: at('/a') }), userById: at('/b') })
    expect(check(router).check()).toEqual([
      'userById: its operationId userById is that of user.byId: set another in its openapi meta',
    ])
  })

  it('are told with the names of both procedures, where they are written', () => {
    const router = t.router({ one: at('/a', 'same'), two: at('/b', 'same'), three: at('/c') })
    expect(check(router).check()).toEqual([
      'two: its operationId same is that of one: set another in its openapi meta',
    ])
  })

  it('may be the same in two documents', () => {
    const router = t.router({ one: at('/a', 'same'), two: at('/b', 'same') })
    const hybrid = check(router)
    for (const name of ['one', 'two']) {
      expect(
        Object.values(hybrid.describe({ filter: (path) => path === name }).paths),
      ).toMatchObject([{ get: { operationId: 'same' } }])
    }
  })
})
