import { createTRPCClient, httpBatchLink, httpLink } from '@trpc/client'
import { initTRPC } from '@trpc/server'
import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { requireHeaders } from '../../src/index.ts'
import { describeRouter } from '../support/describe-router.ts'
import { useServer } from '../support/fixtures.ts'
import { openRaw } from '../support/raw.ts'
import { publicProcedure, router } from '../support/trpc.ts'

const Tenant = z.object({
  'X-Tenant': z.string().min(3).meta({ description: 'Whose data it is.' }),
  'x-depth': z.int().default(1),
})
const tenantProcedure = publicProcedure.use(requireHeaders(Tenant))

let told: unknown[] = []
beforeEach(() => {
  told = []
})

const api = router({
  seen: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/seen' } })
    .input(z.object({ name: z.string() }))
    .output(z.object({ value: z.string().nullable(), address: z.string(), id: z.string() }))
    .query(({ ctx, input }) => ({
      value: ctx.header(input.name) ?? null,
      address: ctx.address() ?? 'none',
      id: ctx.requestId,
    })),
  tenant: tenantProcedure
    .meta({ openapi: { method: 'POST', path: '/api/tenant' } })
    .input(z.object({ n: z.number() }))
    .output(z.object({ tenant: z.string(), depth: z.number() }))
    .mutation(({ ctx: { headers } }) => {
      expectTypeOf(headers).toEqualTypeOf<{ 'X-Tenant': string; 'x-depth': number }>()
      return { tenant: headers['X-Tenant'], depth: headers['x-depth'] }
    }),
  checked: publicProcedure
    .use(
      requireHeaders(
        z.object({ 'x-tenant': z.string().refine((name) => Promise.resolve(name === 'acme')) }),
      ),
    )
    .meta({
      openapi: {
        method: 'GET',
        path: '/api/checked',
        requestHeaders: z.object({ 'X-TENANT': z.int(), 'x-gateway': z.string().optional() }),
      },
    })
    .output(z.object({ tenant: z.string() }))
    .query(({ ctx }) => ({ tenant: ctx.headers['x-tenant'] })),
  ofRpc: publicProcedure
    .use(requireHeaders(z.object({ 'Idempotency-Key': z.uuid() })))
    .mutation(({ ctx }) => ctx.headers['Idempotency-Key']),
  live: tenantProcedure.subscription(async function* ({ ctx }) {
    await Promise.resolve()
    yield ctx.headers['X-Tenant']
  }),
  slow: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/slow' } })
    .output(z.void())
    .query(
      ({ signal }) =>
        new Promise<void>((resolve) => {
          told.push('called')
          signal?.addEventListener('abort', () => {
            told.push((signal.reason as Error).name)
            resolve()
          })
        }),
    ),
})

const fixture = useServer({ router: api, env: { TRUST_PROXY: '1' } })

const call = async (
  path: string,
  {
    headers = {},
    ...init
  }: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
) => {
  const response = await fetch(`${fixture.server.url}${path}`, {
    ...init,
    headers: { 'content-type': 'application/json', ...headers },
  })
  return { status: response.status, body: await response.json() }
}
const seen = async (name: string, headers: Record<string, string> = {}) => {
  const over = async (path: string) => {
    const response = await fetch(`${fixture.server.url}${path}`, { headers })
    return response.json()
  }
  const rest = (await over(`/api/seen?name=${encodeURIComponent(name)}`)) as { value: unknown }
  const input = encodeURIComponent(JSON.stringify({ name }))
  const rpc = (await over(`/trpc/seen?input=${input}`)) as { result: { data: typeof rest } }
  expect(rpc.result.data.value).toEqual(rest.value)
  return rest
}

describe('a procedure', () => {
  it('is given a header of the request, in any case', async () => {
    for (const name of ['X-Tenant', 'x-tenant', 'X-TENANT']) {
      expect(await seen(name, { 'x-tenant': 'acme' })).toMatchObject({ value: 'acme' })
    }
  })

  it('is given several lines of a header as one', async () => {
    const head =
      'GET /api/seen?name=if-match HTTP/1.1\r\nHost: a\r\nConnection: close\r\nIf-Match: "1"\r\nIf-Match: "2"\r\n\r\n'
    const answer = await openRaw(fixture.server.port, head).closed
    expect(answer).toContain(JSON.stringify('"1", "2"'))
  })

  it.each(['x-none', 'constructor', '__proto__', 'toString', '', 'a b'])(
    'is given nothing where there is no header: %j',
    async (name) => {
      expect(await seen(name)).toMatchObject({ value: null })
    },
  )

  it.each([
    ...['cookie', 'Cookie', 'COO\u212AIE', 'Authorization', 'authorization'],
    ...['Proxy-Authorization', 'DPoP', 'dpop'],
  ])('is given no credentials: %s', async (name) => {
    const headers = {
      cookie: 'session=1',
      authorization: 'Basic YTpi',
      'proxy-authorization': 'Basic YTpi',
      dpop: 'proof',
    }
    expect(await seen(name, headers)).toMatchObject({ value: null })
  })

  it("is given the client's address, as the trusted proxy says", async () => {
    expect(await seen('x')).toMatchObject({ address: '127.0.0.1' })
    const forwarded = { 'x-forwarded-for': '198.51.100.1, 203.0.113.7:4711' }
    expect(await seen('x', forwarded)).toMatchObject({ address: '203.0.113.7' })
  })

  it("is given the request's id", async () => {
    expect(await seen('x', { 'x-request-id': 'order-7' })).toMatchObject({ id: 'order-7' })
  })

  it.each(['/api/slow', '/trpc/slow'])(
    'is told by its signal when the client of %s leaves',
    async (path) => {
      const head = `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
      const { socket } = openRaw(fixture.server.port, head)
      await expect.poll(() => told).toEqual(['called'])
      socket.destroy()
      await expect.poll(() => told).toEqual(['called', 'AbortError'])
    },
  )
})

describe('headers that a procedure requires', () => {
  const body = '{"n":1}'
  const post = (path: string, headers: Record<string, string>) =>
    call(path, { method: 'POST', body, headers })

  it('are there as their schema makes them, over both transports', async () => {
    const headers = { 'x-tenant': 'acme', 'X-Depth': '3' }
    const data = { tenant: 'acme', depth: 3 }
    expect(await post('/api/tenant', headers)).toEqual({ status: 200, body: data })
    expect(await post('/trpc/tenant', headers)).toEqual({ status: 200, body: { result: { data } } })
    const client = createTRPCClient<typeof api>({
      links: [
        httpBatchLink({ url: `${fixture.server.url}/trpc`, headers: { 'x-tenant': 'acme' } }),
      ],
    })
    const both = [client.tenant.mutate({ n: 1 }), client.tenant.mutate({ n: 2 })]
    expect(await Promise.all(both)).toEqual(Array(2).fill({ tenant: 'acme', depth: 1 }))
  })

  it.each<[string, Record<string, string>, string]>([
    ['is missing', {}, 'X-Tenant'],
    ['does not fit', { 'x-tenant': 'ab' }, 'X-Tenant'],
    ['is no number', { 'x-tenant': 'acme', 'x-depth': 'deep' }, 'x-depth'],
  ])('are a 400 with their name where one %s', async (_, headers, name) => {
    const issues = [{ path: ['header', name], message: expect.any(String) as string }]
    expect(await post('/api/tenant', headers)).toEqual({
      status: 400,
      body: { message: 'Input validation failed', issues },
    })
    expect(await post('/trpc/tenant', headers)).toMatchObject({
      status: 400,
      body: { error: { message: 'Input validation failed', data: { issues } } },
    })
  })

  it('may be checked by a schema that takes its time', async () => {
    const get = (tenant: string) => call('/api/checked', { headers: { 'x-tenant': tenant } })
    expect(await get('acme')).toEqual({ status: 200, body: { tenant: 'acme' } })
    expect(await get('other')).toMatchObject({
      status: 400,
      body: { issues: [{ path: ['header', 'x-tenant'] }] },
    })
  })

  it('may be of a procedure that has no REST route, and of a subscription', async () => {
    const url = `${fixture.server.url}/trpc`
    const key = '7d1cbf0a-6c6e-4b3d-9a3f-0f6f6a2c9f11'
    const client = createTRPCClient<typeof api>({
      links: [httpLink({ url, headers: { 'idempotency-key': key } })],
    })
    expect(await client.ofRpc.mutate()).toBe(key)
    const stream = await fetch(`${url}/live`, { headers: { 'x-tenant': 'acme' } })
    expect(await stream.text()).toContain('data: "acme"')
  })

  it('are described once, whatever the meta says of them', () => {
    const { paths = {} } = describeRouter(api)
    expect(paths['/api/tenant']?.post?.parameters).toEqual([
      {
        in: 'header',
        name: 'X-Tenant',
        description: 'Whose data it is.',
        required: true,
        schema: { type: 'string', minLength: 3 },
      },
      {
        in: 'header',
        name: 'x-depth',
        required: false,
        schema: expect.objectContaining({ type: 'integer', default: 1 }) as object,
      },
    ])
    const parameters = paths['/api/checked']?.get?.parameters ?? []
    expect(parameters).toMatchObject([{ name: 'x-tenant', required: true }, { name: 'x-gateway' }])
    expect(JSON.stringify(paths['/api/checked']?.get?.responses?.['400'])).toContain('InvalidInput')
  })

  it.each(['/api/tenant', '/trpc/ofRpc'])(
    'may come from the pages that may call: %s',
    async (path) => {
      const response = await fetch(`${fixture.server.url}${path}`, {
        method: 'OPTIONS',
        headers: { origin: 'http://localhost:4040', 'access-control-request-method': 'POST' },
      })
      const allowed = (response.headers.get('access-control-allow-headers') ?? '').split(',')
      expect(allowed).toEqual(
        expect.arrayContaining(['X-Tenant', 'x-depth', 'x-gateway', 'Idempotency-Key']),
      )
      const lower = allowed.map((name) => name.toLowerCase())
      expect(new Set(lower).size).toBe(lower.length)
    },
  )

  it.each(['cookie', 'Authorization', 'DPoP', 'COO\u212AIE', 'a b', '', 'x:y'])(
    'can not be %j: that is refused where it is written',
    (name) => {
      expect(() => requireHeaders(z.object({ [name]: z.string() }))).toThrow(TypeError)
    },
  )

  it('have room for no list, and are at least one', () => {
    expect(() => requireHeaders(z.object({ 'x-tags': z.array(z.string()) }))).toThrow(/x-tags/)
    expect(() => requireHeaders(z.object({}))).toThrow(/a field for each/)
  })

  it('need a context that can give them', () => {
    const t = initTRPC.context<{ user: string }>().create()
    // @ts-expect-error -- it has no `header`
    t.procedure.use(requireHeaders(Tenant))
  })
})
