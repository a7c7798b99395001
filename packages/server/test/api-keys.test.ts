import { createTRPCClient, httpBatchStreamLink } from '@trpc/client'
import { TRPCError } from '@trpc/server'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createGuard, defineApi, type ApiContext } from '../src/index.ts'
import { bearer } from './support/contract.ts'
import { startIssuer, type TestIssuer } from './support/issuer.ts'
import { startTestServer, type TestServer, type TestServerOptions } from './support/server.ts'
import { protectedProcedure, publicProcedure, router } from './support/trpc.ts'

const byKey = createGuard(
  async (_ctx: ApiContext, { headers }) => {
    const found = await Promise.resolve(headers['x-api-key'] === 'good' ? 'till' : undefined)
    if (found === undefined) throw new TRPCError({ code: 'UNAUTHORIZED' })
    return { app: found }
  },
  { scheme: 'apiKey' },
)
const bySession = createGuard(
  (_ctx, { headers }) => {
    if (headers.cookie !== 'other=1; session=good') throw new TRPCError({ code: 'UNAUTHORIZED' })
    return undefined
  },
  { scheme: 'session' },
)
const get = (path: `/${string}`) => ({ openapi: { method: 'GET', path } }) as const
const byTill = createGuard(
  (_ctx, { headers }) => {
    if (headers['x-till'] !== '7') throw new TRPCError({ code: 'UNAUTHORIZED' })
    return undefined
  },
  { scheme: 'till', challenge: 'Till realm="shop"' },
)
const appRouter = router({
  challenged: publicProcedure
    .use(byTill)
    .meta(get('/api/challenged'))
    .output(z.string())
    .query(() => 'welcome'),
  till: publicProcedure
    .use(byKey)
    .meta(get('/api/till'))
    .output(z.string())
    .query(({ ctx }) => ctx.app),
  session: publicProcedure
    .use(bySession)
    .meta(get('/api/session'))
    .output(z.string())
    .query(({ ctx }) => JSON.stringify(ctx)),
  both: protectedProcedure
    .use(byKey)
    .meta(get('/api/both'))
    .output(z.string())
    .query(({ ctx }) => ctx.app),
})
const securitySchemes = {
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
  session: { type: 'apiKey', in: 'cookie', name: 'session' },
  till: { type: 'apiKey', in: 'header', name: 'X-Till' },
} as const

let issuer: TestIssuer
let server: TestServer
beforeAll(async () => {
  issuer = await startIssuer()
})
afterEach(() => server.close())
afterAll(() => issuer.close())

async function start(env: TestServerOptions['env'] = {}) {
  server = await startTestServer({ issuer, router: appRouter, securitySchemes, env })
}
const read = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { headers })
const key = (value: string) => ({ 'x-api-key': value })
async function statuses(count: number, path: string, headers: Record<string, string>) {
  const seen: number[] = []
  for (let i = 0; i < count; i++) seen.push((await read(path, headers)).status)
  return seen
}

describe('a guard with a scheme of its own', () => {
  it('reads the headers of the request, its cookies too, over REST and RPC', async () => {
    await start()
    expect(await (await read('/api/till', key('good'))).json()).toBe('till')
    expect((await read('/trpc/till', key('good'))).status).toBe(200)
    const answer = await read('/api/session', { cookie: 'other=1; session=good' })
    expect(answer.status).toBe(200)
    expect(await answer.text()).not.toContain('cookie')
  })

  it("refuses with 401, and with no challenge of another's scheme", async () => {
    await start()
    for (const headers of [{}, key('bad')]) {
      const answer = await read('/api/till', headers)
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, null])
      expect(await answer.json()).toEqual({ message: 'Unauthorized' })
    }
  })

  it.each(['/api/challenged', '/trpc/challenged'])(
    'refuses at %s with the challenge that it has',
    async (path) => {
      await start()
      const answer = await read(path, { 'x-till': '8' })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Till realm="shop"')
      expect(await answer.text()).toContain('"message":"Unauthorized"')
      expect((await read(path, { 'x-till': '7' })).status).toBe(200)
    },
  )

  it.each(['', ' realm="shop"', 'Till realm="shop"\r\nx: y', '"Till"'])(
    'can not have the challenge %j',
    (challenge) => {
      expect(() => createGuard(() => undefined, { scheme: 'till', challenge })).toThrow(TypeError)
    },
  )

  it('stands beside an access token', async () => {
    await start()
    const token = bearer(await issuer.mint())
    expect((await read('/api/both', { ...token, ...key('good') })).status).toBe(200)
    expect((await read('/api/both', { ...token, ...key('bad') })).status).toBe(401)
    const answer = await read('/api/both', key('good'))
    expect(answer.headers.get('www-authenticate')).toContain('Bearer')
  })

  it('is described by it, with its refusals', async () => {
    await start()
    const answer = await read('/api/openapi.json')
    const both = { security: [{ bearer: [], apiKey: [] }] }
    expect(await answer.json()).toMatchObject({
      paths: {
        '/api/till': { get: { security: [{ apiKey: [] }], responses: { 401: {}, 403: {} } } },
        '/api/both': { get: both },
      },
      components: { securitySchemes },
    })
  })

  it('may be sent by pages, where it is a header', async () => {
    await start()
    const preflight = await fetch(`${server.url}/api/till`, {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:4040', 'access-control-request-method': 'GET' },
    })
    expect(preflight.headers.get('access-control-allow-headers')).toContain('X-API-Key')
  })

  it('can not have the name of one of ours', () => {
    const options = { router: appRouter, title: 'Till', version: '1' }
    expect(() =>
      defineApi({ ...options, securitySchemes: { bearer: securitySchemes.apiKey } }),
    ).toThrow(new TypeError('bearer: the server has a security scheme of this name itself'))
  })
})

describe('the limit of failed authentications', () => {
  const LIMITED = { RATE_LIMIT_FAILED_AUTH_MAX: '3' }

  it.each([
    ['/api/till', key('bad')],
    ['/trpc/till', key('bad')],
    ['/api/challenged', { 'x-till': '8' }],
    ['/api/session', { cookie: 'other=2; session=bad' }],
  ])(
    'counts wrong credentials of a guard at %s, and lets right ones through',
    async (path, bad) => {
      await start(LIMITED)
      expect(await statuses(5, path, bad)).toEqual([401, 401, 401, 429, 429])
      const refused = await read(path, bad)
      expect(refused.headers.get('ratelimit')).toMatch(/^"failed-authentication"; r=0; t=\d+$/)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      expect((await read('/api/till', key('good'))).status).toBe(200)
    },
  )

  it('does not count requests without credentials', async () => {
    await start(LIMITED)
    expect(await statuses(5, '/api/till', {})).toEqual([401, 401, 401, 401, 401])
    expect(await statuses(5, '/api/session', { cookie: 'sessions=1' })).toEqual(Array(5).fill(401))
  })

  it('counts a batch once, which is streamed already', async () => {
    await start(LIMITED)
    const url = `${server.url}/trpc`
    const links = [httpBatchStreamLink({ url, headers: key('bad') })]
    const client = createTRPCClient<typeof appRouter>({ links })
    const statusOf = (call: Promise<unknown>) =>
      call.catch((error: unknown) => (error as { data: { httpStatus: number } }).data.httpStatus)
    for (const status of [401, 401, 401, 429]) {
      const calls = [client.till.query(), client.till.query()].map(statusOf)
      expect(await Promise.all(calls)).toEqual([status, status])
    }
  })
})
