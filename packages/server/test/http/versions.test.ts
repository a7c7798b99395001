import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fileOutput } from 'trpc-hybrid'
import { requireHeaders, requireVersion, setVersion } from '../../src/index.ts'
import { describeRouter } from '../support/describe-router.ts'
import { useServer } from '../support/fixtures.ts'
import { publicProcedure, router } from '../support/trpc.ts'

const note = { version: '7', exists: true, changes: 0 }
beforeEach(() => {
  Object.assign(note, { version: '7', exists: true, changes: 0 })
})

const tagged = (path: `/${string}`) =>
  publicProcedure.meta({
    openapi: { method: 'GET', path, responseHeaders: z.object({ ETag: z.string() }) },
  })
const changing = publicProcedure
  .use(
    requireHeaders(
      z.object({ 'If-Match': z.string().optional(), 'If-None-Match': z.string().optional() }),
    ),
  )
  .output(z.object({ changes: z.number() }))
const change = () => ({ changes: ++note.changes })

const api = router({
  get: tagged('/api/note')
    .output(z.object({ text: z.string() }))
    .query(({ ctx }) => {
      setVersion(ctx, note.version)
      return { text: 'hi' }
    }),
  weak: tagged('/api/weak')
    .output(z.object({ text: z.string() }))
    .query(({ ctx }) => {
      ctx.setHeader('etag', 'W/"7"')
      return { text: 'hi' }
    }),
  file: tagged('/api/file')
    .output(fileOutput('text/plain'))
    .query(({ ctx }) => {
      setVersion(ctx, note.version)
      return { fileName: 'note.txt', body: 'content' }
    }),
  put: changing
    .meta({ openapi: { method: 'PUT', path: '/api/note', errorResponses: [412] } })
    .mutation(({ ctx }) => {
      requireVersion(ctx, note.exists ? note.version : undefined)
      return change()
    }),
  post: changing.meta({ openapi: { method: 'POST', path: '/api/note' } }).mutation(({ ctx }) => {
    setVersion(ctx, note.version)
    return change()
  }),
  patch: changing
    .meta({ openapi: { method: 'PATCH', path: '/api/note', errorResponses: [412, 428] } })
    .mutation(({ ctx }) => {
      requireVersion(ctx, note.version, { required: true })
      return change()
    }),
})
const fixture = useServer({ router: api, env: { CLIENT_ORIGIN_URL: 'https://app.example.com' } })

async function call(target: string, headers: Record<string, string> = {}) {
  const [method = '', path = ''] = target.split(' ')
  const all = { origin: 'https://app.example.com', 'content-type': 'application/json', ...headers }
  const response = await fetch(`${fixture.server.url}${path}`, { method, headers: all })
  return { status: response.status, headers: response.headers, body: await response.text() }
}

describe('an answer with a version', () => {
  it('says it, so that a client can keep the answer for itself', async () => {
    const { status, headers } = await call('GET /api/note')
    expect([status, headers.get('etag')]).toEqual([200, '"7"'])
    expect(headers.get('cache-control')).toBe('private, no-cache')
    expect(headers.get('vary')).toContain('Authorization')
    expect(headers.get('access-control-expose-headers')).toContain('ETag')
  })

  it.each(['"7"', 'W/"7"', '"6", "7"', '"6" , W/"7"', '*', ' * ', '"a,b","7"'])(
    'is 304 without a body to If-None-Match: %s',
    async (list) => {
      for (const target of ['GET /api/note', 'HEAD /api/note', 'GET /api/weak', 'GET /api/file']) {
        const { status, headers, body } = await call(target, { 'if-none-match': list })
        expect([target, status, body]).toEqual([target, 304, ''])
        expect(headers.get('etag')).toMatch(/^(?:W\/)?"7"$/)
        expect(headers.get('content-type')).toBeNull()
        expect(headers.get('x-request-id')).not.toBeNull()
      }
    },
  )

  it.each(['"6"', '7', '"77"', '"*"', 'W/"6"', '', '*, "6"', '"7'])(
    'is sent whole to If-None-Match: %j',
    async (list) => {
      const { status, body } = await call('GET /api/note', { 'if-none-match': list })
      expect([status, body]).toEqual([200, '{"text":"hi"}'])
    },
  )

  it('is sent whole over RPC, where one answer may be that of many calls', async () => {
    const { status, headers } = await call('GET /trpc/get', { 'if-none-match': '"7"' })
    expect([status, headers.get('etag')]).toEqual([200, null])
  })

  it.each(['a b', 'a"b', '', 'чтение'])('is a logged 500 for the version %j', async (version) => {
    note.version = version
    const { status, headers } = await call('GET /api/note', { 'if-none-match': '*' })
    expect([status, headers.get('etag')]).toEqual([500, null])
  })

  it('is sent whole where it says what a change has made', async () => {
    const { status, headers } = await call('POST /api/note', { 'if-none-match': '"7"' })
    expect([status, headers.get('etag')]).toEqual([200, '"7"'])
  })

  it('is described with its 304', () => {
    const { paths = {} } = describeRouter(api)
    expect(paths['/api/note']?.get?.responses).toHaveProperty('304')
    expect(paths['/api/note']?.put?.responses).not.toHaveProperty('304')
  })
})

describe('a change', () => {
  const put = async (headers: Record<string, string>) => {
    const rest = await call('PUT /api/note', headers)
    const rpc = await call('POST /trpc/put', headers)
    expect(rpc.status).toBe(rest.status)
    return { status: rest.status, changes: note.changes }
  }

  it.each<Record<string, string>>([
    {},
    { 'if-match': '"7"' },
    { 'if-match': '"6", "7"' },
    { 'if-match': '*' },
    { 'if-none-match': '"6"' },
  ])('is made where its condition holds: %j', async (headers) => {
    expect(await put(headers)).toEqual({ status: 200, changes: 2 })
  })

  it.each<Record<string, string>>([
    { 'if-match': '"6"' },
    { 'if-match': 'W/"7"' },
    { 'if-match': '7' },
    { 'if-match': '' },
    { 'if-none-match': '*' },
    { 'if-none-match': 'W/"7"' },
    { 'if-match': '"7"', 'if-none-match': '"7"' },
  ])('is a 412 that changes nothing where it does not: %j', async (headers) => {
    expect(await put(headers)).toEqual({ status: 412, changes: 0 })
  })

  it('is judged against nothing where there is nothing yet', async () => {
    note.exists = false
    expect(await put({ 'if-match': '*' })).toEqual({ status: 412, changes: 0 })
    expect(await put({ 'if-none-match': '*' })).toEqual({ status: 200, changes: 2 })
  })

  it('may need a condition', async () => {
    expect((await call('PATCH /api/note')).status).toBe(428)
    expect((await call('PATCH /api/note', { 'if-match': '"7"' })).status).toBe(200)
  })
})
