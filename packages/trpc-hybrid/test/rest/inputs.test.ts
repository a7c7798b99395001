import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { publicProcedure, router } from '../../../server/test/support/trpc.ts'
import { useServer } from '../../../server/test/support/fixtures.ts'

const Item = z.object({ id: z.number(), tags: z.array(z.string()), note: z.string().optional() })
const items = router({
  get: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/items/{id}' } })
    .input(z.object({ id: z.number().int(), tags: z.array(z.string()).optional() }))
    .output(Item)
    .query(({ input: { id, tags = [] } }) => ({ id, tags })),
  put: publicProcedure
    .meta({ openapi: { method: 'PUT', path: '/api/items/{id}' } })
    .input(z.object({ id: z.string(), note: z.string().max(10) }))
    .output(Item)
    .mutation(({ input }) => ({ id: Number(input.id), tags: [], note: input.note })),
  name: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/names/{name}' } })
    .input(z.object({ name: z.string() }))
    .output(z.object({ name: z.string() }))
    .query(({ input }) => input),
  flag: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/items/{id}/flag' } })
    .input(z.object({ id: z.number(), on: z.boolean() }))
    .output(z.object({ on: z.boolean() }))
    .query(({ input: { on } }) => ({ on })),
  count: publicProcedure
    .meta({ openapi: { method: 'POST', path: '/api/count' } })
    .input(z.object({ n: z.number() }))
    .output(z.object({ n: z.number() }))
    .mutation(({ input }) => input),
  options: publicProcedure
    .meta({ openapi: { method: 'POST', path: '/api/options' } })
    .input(z.object({ note: z.string().optional() }))
    .output(z.object({ note: z.string().optional() }))
    .mutation(({ input }) => input),
  broken: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/broken' } })
    .output(Item)
    .query((): { id: number; tags: string[] } => {
      throw new Error('the password of the database is hunter2')
    }),
})
const fixture = useServer({ router: router({ items }) })

async function call(path: string, init: RequestInit = {}) {
  const response = await fetch(`${fixture.server.url}${path}`, init)
  return { status: response.status, body: await response.json() }
}

const put = (body: string, type = 'application/json') => ({
  method: 'PUT',
  headers: { 'content-type': type },
  body,
})

describe('an input over REST', () => {
  it('comes from the path and the query, as numbers and lists where the schema has them', async () => {
    const answer = await call('/api/items/7?tags=a&tags=b')
    expect(answer).toEqual({ status: 200, body: { id: 7, tags: ['a', 'b'] } })
    expect((await call('/api/items/7?tags=a')).body).toEqual({ id: 7, tags: ['a'] })
  })

  it('comes from the path and the body', async () => {
    const answer = await call(
      '/api/items/8',
      put('{"note":"hi"}', 'application/json; charset=utf-8'),
    )
    expect(answer).toEqual({ status: 200, body: { id: 8, tags: [], note: 'hi' } })
  })

  it.each([
    ['a%2Fb', 'a/b'],
    ['a%20b', 'a b'],
    ['auth0%7Cabc', 'auth0|abc'],
    ['%F0%9F%98%80', '\u{1F600}'],
  ])('has the path parameter %s as %s', async (encoded, decoded) => {
    expect((await call(`/api/names/${encoded}`)).body).toEqual({ name: decoded })
  })

  it('reads true and false from a URL, and no other text as either', async () => {
    expect((await call('/api/items/7/flag?on=true')).body).toEqual({ on: true })
    expect((await call('/api/items/7/flag?on=false')).body).toEqual({ on: false })
    expect((await call('/api/items/7/flag?on=1')).status).toBe(400)
  })

  it('an input that came over REST changes nothing for those that come after it', async () => {
    const rpc = (text: string) => call('/trpc/items.count', { ...put(text), method: 'POST' })
    const rest = (text: string) => call('/api/count', { ...put(text), method: 'POST' })
    for (const text of ['{"n":"7"}', '{"n":null}']) expect((await rpc(text)).status).toBe(400)
    expect((await rest('{"n":1}')).status).toBe(200)
    for (const text of ['{"n":"7"}', '{"n":null}', '{"n":[]}']) {
      expect((await rpc(text)).status).toBe(400)
      expect((await rest(text)).status).toBe(400)
    }
  })

  it.each(['null', '5', '[]', '"x"'])(
    'an input of %s is no object, and so refused',
    async (text) => {
      expect(await call('/api/options', { ...put(text), method: 'POST' })).toMatchObject({
        status: 400,
        body: { message: 'Input validation failed', issues: [{ path: [] }] },
      })
    },
  )

  it('may be absent where nothing is required, with no body at all', async () => {
    expect(await call('/api/options', { method: 'POST' })).toEqual({ status: 200, body: {} })
  })

  it('an input that does not fit is refused, and it says where', async () => {
    expect(await call('/api/items/x')).toEqual({
      status: 400,
      body: {
        message: 'Input validation failed',
        issues: [{ path: ['id'], message: expect.any(String) as string }],
      },
    })
    expect(await call('/api/items/8', put('{"note":"far too long"}'))).toMatchObject({
      status: 400,
      body: { message: 'Input validation failed', issues: [{ path: ['note'] }] },
    })
  })

  it.each([
    [
      'no JSON',
      put('{"note": hi}'),
      { status: 400, message: 'Bad Request: the body is no JSON (position 9)' },
    ],
    [
      'JSON that ends too early',
      put('{"note":"h'),
      { status: 400, message: 'Bad Request: the body is no JSON (position 10)' },
    ],
    [
      'another media type',
      put('note=hi', 'text/plain'),
      { status: 415, message: 'Unsupported Media Type: send application/json' },
    ],
    [
      'a body that is too large',
      put(JSON.stringify({ note: 'x'.repeat(2e5) })),
      { status: 413, message: 'Payload Too Large' },
    ],
  ] as const)('an input with %s is refused', async (_, init, { status, message }) => {
    expect(await call('/api/items/8', init)).toEqual({ status, body: { message } })
  })

  it('is not asked for by a method that the path does not have', async () => {
    const response = await fetch(`${fixture.server.url}/api/items/8`, { method: 'DELETE' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, PUT, HEAD')
  })
})

describe('an input over RPC', () => {
  it('an input that does not fit is refused in the envelope, with the same issues', async () => {
    const input = encodeURIComponent(JSON.stringify({ id: 'x' }))
    expect(await call(`/trpc/items.get?input=${input}`)).toMatchObject({
      status: 400,
      body: {
        error: {
          message: 'Input validation failed',
          data: { issues: [{ path: ['id'], message: expect.any(String) as string }] },
        },
      },
    })
  })

  it('an input in a media type that tRPC does not take is refused', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' }
    expect(await call('/trpc/items.put', init)).toMatchObject({
      status: 415,
      body: { error: { message: 'Unsupported Media Type: send application/json' } },
    })
  })
})

describe('a bug', () => {
  it.each(['/api/broken', '/trpc/items.broken'])(
    'a bug at %s reaches the log alone',
    async (path) => {
      const response = await fetch(`${fixture.server.url}${path}`)
      const text = await response.text()
      expect(response.status).toBe(500)
      expect(text).toContain('"message":"Internal Server Error"')
      expect(text).not.toMatch(/hunter2|stack/)
      const requestId = response.headers.get('x-request-id')
      const entry = fixture.server.log.find(
        (line) => line['err'] && line['requestId'] === requestId,
      )
      expect(JSON.stringify(entry)).toContain('hunter2')
    },
  )
})
