import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { publicProcedure, router } from '../../src/trpc.ts'
import { useServer } from '../support/fixtures.ts'

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

  it('that does not fit is refused, and it says where', async () => {
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
    ['no JSON', put('{'), { status: 400, message: 'Bad Request' }],
    [
      'another media type',
      put('note=hi', 'text/plain'),
      { status: 415, message: 'Unsupported Media Type' },
    ],
    [
      'a body that is too large',
      put(JSON.stringify({ note: 'x'.repeat(2e5) })),
      { status: 413, message: 'Payload Too Large' },
    ],
  ] as const)('with %s is refused', async (_, init, { status, message }) => {
    expect(await call('/api/items/8', init)).toEqual({ status, body: { message } })
  })

  it('is not asked for by a method that the path does not have', async () => {
    const response = await fetch(`${fixture.server.url}/api/items/8`, { method: 'DELETE' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, PUT, HEAD')
  })
})

describe('an input over RPC', () => {
  it('that does not fit is refused in the envelope, with the same issues', async () => {
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

  it('is taken as JSON only', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' }
    expect(await call('/trpc/items.put', init)).toMatchObject({
      status: 415,
      body: { error: { message: 'Unsupported Media Type' } },
    })
  })
})

describe('a bug', () => {
  it.each(['/api/broken', '/trpc/items.broken'])('at %s reaches the log alone', async (path) => {
    const response = await fetch(`${fixture.server.url}${path}`)
    const text = await response.text()
    expect(response.status).toBe(500)
    expect(text).toContain('"message":"Internal Server Error"')
    expect(text).not.toMatch(/hunter2|stack/)
    const requestId = response.headers.get('x-request-id')
    const entry = fixture.server.log.find((line) => line['err'] && line['requestId'] === requestId)
    expect(JSON.stringify(entry)).toContain('hunter2')
  })
})
