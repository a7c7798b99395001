import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeRouter } from '../../../server/test/support/describe-router.ts'
import type { RestMeta } from '../../src/procedures/meta.ts'
import { publicProcedure, router } from '../../../server/test/support/trpc.ts'
import { useServer } from '../../../server/test/support/fixtures.ts'

const at = (method: RestMeta['method'], path: `/${string}`, more: Partial<RestMeta> = {}) =>
  publicProcedure.meta({ openapi: { method, path, ...more } })
const Note = z.object({ id: z.string(), text: z.string() })
const FORM = 'application/x-www-form-urlencoded'

const notes = router({
  add: at('POST', '/notes', {
    successStatus: 201,
    responseHeaders: z.object({ location: z.string().meta({ description: 'The new note.' }) }),
    errorResponses: [409],
  })
    .input(z.object({ text: z.string() }))
    .output(Note)
    .mutation(({ input, ctx }) => {
      ctx.setHeader('location', '/notes/1')
      if (input.text === 'bad') throw new Error('a bug')
      return { id: '1', text: input.text }
    }),
  remove: at('DELETE', '/notes/{id}')
    .input(z.object({ id: z.string() }))
    .output(z.void())
    .mutation(() => undefined),
  accept: at('POST', '/notes/later', { successStatus: 202 })
    .output(z.void())
    .mutation(() => undefined),
  form: at('POST', '/form', { contentTypes: ['application/json', FORM] })
    .input(z.object({ n: z.number(), tags: z.array(z.string()).optional() }))
    .output(z.object({ n: z.number(), tags: z.array(z.string()).optional() }))
    .mutation(({ input }) => input),
  formOnly: at('POST', '/form-only', { contentTypes: [FORM] })
    .input(z.object({ on: z.boolean() }))
    .output(z.object({ on: z.boolean() }))
    .mutation(({ input }) => input),
  header: at('GET', '/header', {
    requestHeaders: z.object({ 'x-tenant': z.string().optional(), 'x-depth': z.int() }),
  })
    .output(z.object({}))
    .query(() => ({})),
  optional: at('GET', '/optional')
    .input(z.object({ a: z.string() }).optional())
    .output(z.object({ got: z.string() }))
    .query(({ input }) => ({ got: JSON.stringify(input ?? 'nothing') })),
  byDefault: at('POST', '/default')
    .input(z.object({ a: z.string() }).default({ a: 'usual' }))
    .output(z.object({ got: z.string() }))
    .mutation(({ input }) => ({ got: JSON.stringify(input) })),
  nothing: at('GET', '/nothing')
    .input(z.void())
    .output(z.object({ got: z.string() }))
    .query(({ input }) => ({ got: typeof input })),
  both: at('GET', '/both')
    .input(z.object({ a: z.number() }))
    .input(z.object({ b: z.number() }).and(z.object({ c: z.number().max(5) })))
    .output(z.object({ sum: z.number() }))
    .query(({ input: { a, b, c } }) => ({ sum: a + b + c })),
})
const fixture = useServer({ router: router({ notes }) })
const { paths = {} } = describeRouter(router({ notes }))

async function call(target: string, body?: string, type = 'application/json') {
  const [method = '', path = ''] = target.split(' ')
  const headers = body === undefined ? {} : { 'content-type': type }
  const init = { method, headers, ...(body !== undefined && { body }) }
  const response = await fetch(`${fixture.server.url}${path}`, init)
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text && (JSON.parse(text) as unknown),
  }
}

describe('a procedure', () => {
  it('answers 201 and names what it made, where its meta says so', async () => {
    const answer = await call('POST /notes', '{"text":"hi"}')
    expect([answer.status, answer.body]).toEqual([201, { id: '1', text: 'hi' }])
    expect(answer.headers.get('location')).toBe('/notes/1')
    const responses = paths['/notes']?.post?.responses ?? {}
    expect(responses['201']).toMatchObject({
      headers: { location: { description: 'The new note.' }, 'X-Request-Id': {} },
    })
    expect(responses['200']).toBeUndefined()
  })

  it('sets no header of a success on an error, and none over RPC', async () => {
    const failed = await call('POST /notes', '{"text":"bad"}')
    expect([failed.status, failed.headers.get('location')]).toEqual([500, null])
    const rpc = await call('POST /trpc/notes.add', '{"text":"hi"}')
    expect([rpc.status, rpc.headers.get('location')]).toEqual([200, null])
  })

  it('answers 204 without a body where it has no output', async () => {
    const answer = await call('DELETE /notes/1')
    expect([answer.status, answer.body, answer.headers.get('content-type')]).toEqual([
      204,
      '',
      null,
    ])
    expect(paths['/notes/{id}']?.delete?.responses?.['204']).not.toHaveProperty('content')
    expect((await call('POST /notes/later')).status).toBe(202)
  })

  it('has the errors of a list with the texts of their statuses', () => {
    expect(paths['/notes']?.post?.responses?.['409']).toMatchObject({
      content: { 'application/json': { example: { message: 'Conflict' } } },
    })
  })

  it('takes a form where its meta says so', async () => {
    expect((await call('POST /form', 'n=7&tags=a&tags=b', FORM)).body).toEqual({
      n: 7,
      tags: ['a', 'b'],
    })
    expect((await call('POST /form', '{"n":7}')).body).toEqual({ n: 7 })
    expect((await call('POST /form', '{"n":"7"}')).status).toBe(400)
    expect((await call('POST /form-only', 'on=false', FORM)).body).toEqual({ on: false })
    expect((await call('POST /form-only', '{"on":false}')).status).toBe(415)
    expect((await call('POST /notes', 'text=hi', FORM)).status).toBe(415)
    expect(paths['/form-only']?.post?.requestBody).toMatchObject({ content: { [FORM]: {} } })
  })

  it('describes the headers that it asks for', () => {
    expect(paths['/header']?.get?.parameters).toEqual([
      { in: 'header', name: 'x-tenant', required: false, schema: { type: 'string' } },
      {
        in: 'header',
        name: 'x-depth',
        required: true,
        schema: expect.objectContaining({ type: 'integer' }) as object,
      },
    ])
  })

  it('is given what there is of an input that may be left out', async () => {
    expect((await call('GET /optional')).body).toEqual({ got: '"nothing"' })
    expect((await call('GET /optional?a=x')).body).toEqual({ got: '{"a":"x"}' })
    expect((await call('GET /optional?b=x')).status).toBe(400)
    expect((await call('POST /default')).body).toEqual({ got: '{"a":"usual"}' })
    expect((await call('POST /default', '{"a":"x"}')).body).toEqual({ got: '{"a":"x"}' })
    expect(paths['/default']?.post?.requestBody).toMatchObject({ required: false })
    expect((await call('GET /nothing?x=1')).body).toEqual({ got: 'undefined' })
  })

  it('is given the fields of all its inputs', async () => {
    expect((await call('GET /both?a=1&b=2&c=3')).body).toEqual({ sum: 6 })
    expect((await call('GET /both?a=1&b=2&c=9')).status).toBe(400)
    expect((await call('GET /both?a=1&b=2')).status).toBe(400)
  })

  it('is not given the first thousand of more pairs: they are refused', async () => {
    const pairs = (count: number) => Array.from({ length: count }, (_, at) => `x${at}=1`).join('&')
    expect((await call(`GET /optional?a=x&${pairs(999)}`)).status).toBe(200)
    expect((await call(`GET /optional?a=x&${pairs(1000)}`)).status).toBe(400)
    expect((await call(`POST /form`, `n=1&${pairs(1000)}`, FORM)).status).toBe(413)
    expect((await call(`GET /nothing?${pairs(1001)}`)).status).toBe(200)
  })
})
