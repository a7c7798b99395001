import { TRPCError } from '@trpc/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { publicProcedure, router } from '../support/trpc.ts'
import { bearer } from '../support/contract.ts'
import { ADMIN, createSigningKey, startIssuer, type TestIssuer } from '../support/issuer.ts'
import { startServerProcess, untilReady, type ServerProcess } from '../support/server-process.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let issuer: TestIssuer
beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())

describe('the log of a run', () => {
  let server: ServerProcess
  let tokens: string[]
  const answered: Response[] = []

  beforeAll(async () => {
    server = await startServerProcess({ issuer, env: { LOG_LEVEL: 'trace' } })
    await untilReady(server)
    tokens = await everyKindOfToken()
    for (const token of tokens) await useEverywhere(token)
    server.signal('SIGTERM')
    await server.exit
  })
  afterAll(() => server.end())

  async function everyKindOfToken(): Promise<string[]> {
    const good = await issuer.mint({ claims: ADMIN })
    return [
      good,
      await issuer.mint(),
      await issuer.mint({ at: 1_000_000 }),
      await issuer.mint({ claims: { aud: 'https://other.example.com' } }),
      await issuer.mint({ key: await createSigningKey('unknown') }),
      await issuer.mint({ claims: { cnf: { jkt: 'thumbprint-of-a-key' } } }),
      `${good.slice(0, -8)}AAAAAAAA`,
      good.replaceAll('.', '~'),
      good.slice(0, good.lastIndexOf('.')),
      'garbage-that-is-not-a-token',
      'e'.repeat(17_000),
    ]
  }

  /** Sends the token in every place where one might turn up. */
  async function useEverywhere(token: string): Promise<void> {
    const get = async (path: string, headers: Record<string, string> = {}) => {
      answered.push(await fetch(`${server.url}${path}`, { headers }))
    }
    for (const message of ['public', 'protected', 'admin']) {
      await get(`/api/messages/${message}`, bearer(token))
      await get(`/trpc/messages.${message}`, bearer(token))
    }
    await get('/api/messages/admin', { authorization: `Bearer ${token} ${token}` })
    await get('/api/messages/admin', { authorization: `Basic ${token}` })
    await get('/api/messages/admin', { authorization: `DPoP ${token}`, dpop: token })
    await get('/api/messages/admin', { ...bearer(token), dpop: token, cookie: `token=${token}` })
    await get(`/api/messages/admin?access_token=${token}`)
    await get(`/api/messages/${token}`, bearer(token))
    await get(`/trpc/messages.admin?input=${token}`)
    await get(`/trpc/${token}`)
    await get(`/trpc/messages.admin,${token}?batch=1`)
    await get(`/${token}?access_token=${token}`, { 'x-request-id': tokens[0] ?? '' })
    const body = `{"access_token":"${token}"`
    const headers = { 'content-type': 'application/json' }
    const url = `${server.url}/trpc/messages.admin`
    answered.push(await fetch(url, { method: 'POST', headers, body }))
  }

  it('holds one line for each request, with what happened', () => {
    const requests = server.log().filter(({ msg }) => msg === 'request')
    const read = answered.filter(({ status }) => status !== 431) // its headers were not read
    const ids = read.map(({ headers }) => headers.get('x-request-id'))
    expect(ids.length).toBeGreaterThan(tokens.length * 15)
    expect(requests.map(({ requestId }) => requestId)).toEqual(expect.arrayContaining(ids))
    expect(new Set(ids).size).toBe(ids.length)
    expect(requests).toContainEqual(
      expect.objectContaining({
        level: 30,
        method: 'GET',
        route: '/api/messages/admin',
        status: 200,
        durationMs: expect.any(Number) as number,
        subject: 'auth0|someone',
      }),
    )
    const refused = requests.filter(
      ({ route, status }) => route === '/trpc/messages.admin' && status === 401,
    )
    expect(new Set(refused.map(({ refusal }) => refusal))).toEqual(
      new Set([
        'expired',
        'audience',
        'unknown_key',
        'bound',
        'signature',
        'opaque',
        'malformed',
        'too_long',
        undefined,
      ]),
    )
    expect(refused.every(({ subject }) => subject === undefined)).toBe(true)
  })

  it('holds no token, nor a part of one', () => {
    const text = server.output()
    for (const token of tokens) {
      for (const part of [token, ...token.split(/[.~]/)])
        expect(text).not.toContain(part.slice(0, 100))
    }
  })
})

describe("a request's line in the log", () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer({ issuer })
  })
  afterAll(() => server.close())

  const routeOf = async (path: string, headers: Record<string, string> = {}) => {
    const requestId = crypto.randomUUID()
    await fetch(`${server.url}${path}`, { headers: { ...headers, 'x-request-id': requestId } })
    const line = () => server.log.find((entry) => entry['requestId'] === requestId)
    await expect.poll(line).toBeDefined()
    return line()?.['route']
  }

  it.each([
    ['/trpc/messages.%61dmin', '/trpc/messages.admin'],
    ['/trpc/%6Dessages.public?x', '/trpc/messages.public'],
    ['/trpc/messages.public%2Cmessages.admin?batch=1', '/trpc/:batch'],
    ['/trpc/messages.public,messages.admin?batch=1', '/trpc/:batch'],
    ['/trpc/messages.none', undefined],
    ['/trpc/%ff', undefined],
  ])('has the route of what runs, however it is written: %s', async (path, route) => {
    expect(await routeOf(path)).toBe(route)
  })
})

it('a line of the log holds no character that a terminal or a reader of lines obeys', async () => {
  const sub = 'é\u009b31m\u2028b\u2029c\u0085d'
  const server = await startServerProcess({ issuer, env: {} })
  await untilReady(server)
  const token = await issuer.mint({ claims: { sub } })
  await fetch(`${server.url}/api/messages/protected`, { headers: bearer(token) })
  server.signal('SIGTERM')
  await server.exit
  expect(server.output()).not.toMatch(/[\u007f-\u009f\u2028\u2029]/)
  expect(server.log()).toContainEqual(expect.objectContaining({ subject: sub }))
  await server.end()
})

describe('the log of a failure', () => {
  const SECRET = 'sk_live_12345'
  const brokenRouter = router({
    broken: publicProcedure
      .meta({ openapi: { method: 'GET', path: '/api/broken' } })
      .output(z.void())
      .query(({ ctx }) => {
        ctx.log().info({ step: 1 }, 'about to break')
        const cause = Object.assign(new Error('the socket hung up'), {
          code: 'ECONNRESET',
          config: { headers: { authorization: SECRET } },
        })
        throw new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: 'no database', cause })
      }),
  })
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer({ issuer, router: brokenRouter })
  })
  afterAll(() => server.close())

  it.each(['/api/broken', '/trpc/broken'])(
    'the log of a failure at %s tells cause and stack, under one id',
    async (path) => {
      const response = await fetch(`${server.url}${path}`, {
        headers: { 'x-request-id': `id:${path.length}` },
      })
      expect(response.status).toBe(500)
      expect(await response.text()).not.toMatch(/database|socket|log\.test/)
      await expect.poll(() => linesOf(`id:${path.length}`)).toHaveLength(3)
      const [before, failure, request] = linesOf(`id:${path.length}`)
      expect(before).toMatchObject({ level: 30, msg: 'about to break', step: 1 })
      expect(failure).toMatchObject({
        level: 50,
        err: {
          message: 'no database',
          stack: expect.stringContaining('log.test.ts') as string,
          cause: { type: 'Error', message: 'the socket hung up', code: 'ECONNRESET' },
        },
      })
      expect(request).toMatchObject({ level: 30, msg: 'request', status: 500 })
      expect(JSON.stringify(server.log)).not.toContain(SECRET)
    },
  )

  const linesOf = (id: string) => server.log.filter(({ requestId }) => requestId === id)
})
