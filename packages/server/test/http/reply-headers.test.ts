import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { insufficientScope } from '@trpc-hybrid/access-token/engine'
import { createGuard } from '../../../trpc-hybrid/src/guard.ts'
import { publicProcedure, requirePermissions, router } from '../support/trpc.ts'
import { useServer } from '../support/fixtures.ts'

/** Names and values alternating, for a procedure that sets these headers. */
const Headers = z.object({ headers: z.string() })

const fixture = useServer({
  env: { CLIENT_ORIGIN_URL: 'https://app.example.com' },
  router: router({
    set: publicProcedure
      .meta({
        openapi: {
          method: 'GET',
          path: '/api/set',
          responseHeaders: z.object({ 'X-Total': z.string().optional() }),
        },
      })
      .input(Headers)
      .output(z.object({ done: z.boolean() }))
      .query(({ ctx, input }) => {
        const headers = JSON.parse(input.headers) as [string, string][]
        for (const [name, value] of headers) ctx.setHeader(name, value)
        return { done: true }
      }),
    refuse: publicProcedure
      .meta({ openapi: { method: 'GET', path: '/api/refuse' } })
      .use(
        createGuard(() => {
          throw insufficientScope(['чтение'])
        }),
      )
      .output(z.void())
      .query(() => undefined),
  }),
})

const origin = 'https://app.example.com'
const get = (path: string, headers: Record<string, string> = { origin }) =>
  fetch(`${fixture.server.url}${path}`, { headers })
const set = (...headers: [string, string][]) =>
  get(`/api/set?headers=${encodeURIComponent(JSON.stringify(headers))}`)
const errors = () => fixture.server.log.filter(({ level }) => level === 50)

describe('a header that a procedure sets', () => {
  it('is sent', async () => {
    const { status, headers } = await set(['X-Total', '3'], ['location', '/a'])
    expect(status).toBe(200)
    expect([headers.get('x-total'), headers.get('location')]).toEqual(['3', '/a'])
  })

  it.each([
    ['Vary', 'Accept-Language', 'Origin, Accept-Language'],
    ['vary', 'X-Tenant', 'Origin, X-Tenant'],
  ])('adds to those of the server: %s', async (name, value, sent) => {
    expect((await set([name, value])).headers.get('vary')).toBe(sent)
  })

  it('may be a cookie, and one more', async () => {
    const { headers } = await set(['Set-Cookie', 'a=1; Path=/'], ['set-cookie', 'b=2'])
    expect(headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2'])
  })

  it.each<[string, string]>([
    ['content-length', '3'],
    ['Content-Length', '30'],
    ['transfer-encoding', 'chunked'],
    ['content-encoding', 'gzip'],
    ['Connection', 'close'],
    ['trailer', 'x-sum'],
    ['upgrade', 'h2c'],
    ['x-text', 'чтение'],
    ['x-lines', 'a\r\nb: c'],
    ['x-control', 'a\u0001b'],
    ['not a name', 'a'],
    ['', 'a'],
  ])('is a logged 500, by name, where it can not be sent: %s: %s', async (name, value) => {
    const before = errors().length
    const response = await set([name, value])
    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({ message: 'Internal Server Error' })
    expect(errors()).toHaveLength(before + 1)
    const { err } = errors().at(-1) as { err: { stack: string } }
    expect(err.stack.toLowerCase()).toContain(name.toLowerCase())
  })
})

describe('an error that can not be answered as it should be', () => {
  it.each(['/api/refuse', '/trpc/refuse', '/trpc/refuse?batch=1', '/trpc/refuse,set?batch=1'])(
    'is a logged 500 at %s',
    async (path) => {
      const before = errors().length
      const response = await get(path)
      expect(response.status).toBe(500)
      expect(await response.text()).toContain('Internal Server Error')
      expect(response.headers.get('www-authenticate')).toBeNull()
      expect(response.headers.get('access-control-allow-origin')).toBe(origin)
      expect(errors().length).toBeGreaterThan(before)
    },
  )

  it("is a logged 500 where tRPC's own adapter answers", async () => {
    const before = errors().length
    const { status } = await get('/trpc/refuse?connectionParams=null')
    expect(status).toBe(500)
    expect(errors().length).toBeGreaterThan(before)
  })

  it('is none of a streamed batch, which has sent its headers before', async () => {
    const response = await get('/trpc/refuse?batch=1', { 'trpc-accept': 'application/jsonl' })
    expect(await response.text()).toContain('Permission denied')
  })
})

describe('a permission', () => {
  it.each(['чтение', 'read reports', 'read:"reports"', 'a\\b', '', 'a\n'])(
    'a permission that no challenge can name is refused where the guard is made: %j',
    (permission) => {
      expect(() => requirePermissions(permission)).toThrow(/must be a scope token/)
    },
  )

  it.each(['read:admin-messages', "a!#$%&'()*+,-./:;<=>?@[]^_`{|}~"])('may be %s', (permission) => {
    expect(() => requirePermissions(permission)).not.toThrow()
  })
})

describe('CORS', () => {
  const list = (value: string | null) => (value ?? '').split(',').map((item) => item.trim())

  it('lets pages read the headers of the limit, and those that a procedure declares', async () => {
    const { headers } = await get('/api/set?headers=[]')
    expect(list(headers.get('access-control-expose-headers'))).toEqual(
      expect.arrayContaining(['RateLimit', 'RateLimit-Policy', 'X-Total']),
    )
    const rpc = await get('/trpc/set')
    expect(list(rpc.headers.get('access-control-expose-headers'))).toEqual(
      expect.arrayContaining(['RateLimit', 'RateLimit-Policy']),
    )
  })
})
