import { initTRPC } from '@trpc/server'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { z as z3 } from 'zod/v3'
import { createHybrid, type HybridMeta } from 'trpc-hybrid'
import { fetchHandler } from 'trpc-hybrid/fetch'

const t = initTRPC.meta<HybridMeta>().create()
type Router = ReturnType<typeof t.router>

function serve(procedures: Parameters<typeof t.router>[0]) {
  const router: Router = t.router(procedures)
  const info = { title: 'Inputs', version: '1.0.0' }
  const hybrid = createHybrid({ router, info, missingOutput: 'any' })
  const handle = fetchHandler(hybrid, { createContext: () => ({}) })
  const call = async (path: string, body?: unknown) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const sent = body === undefined ? {} : { ...init, body: JSON.stringify(body) }
    const response = await handle(new Request(`http://api.test${path}`, sent))
    return { status: response.status, body: await response.json() }
  }
  return { hybrid, call }
}

const post = (path: `/${string}`, input: z.ZodType) =>
  t.procedure
    .meta({ openapi: { method: 'POST', path } })
    .input(input)
    .mutation(({ input: taken }) => taken)
const get = (path: `/${string}`, input: z.ZodType) =>
  t.procedure
    .meta({ openapi: { method: 'GET', path } })
    .input(input)
    .query(({ input: taken }) => taken)

const problemOf = (procedures: Parameters<typeof t.router>[0]) => {
  try {
    serve(procedures)
    return 'none'
  } catch (error) {
    return (error as Error).message
  }
}

describe('A whole body', () => {
  const variants = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('a'), n: z.number(), gone: z.undefined().optional() }),
    z.object({ kind: z.literal('b'), never: z.never().optional() }),
  ])
  it.each<{ name: string; schema: z.ZodType; fits: unknown; unfit: unknown; keyword: string }>([
    {
      name: 'a union',
      schema: z.union([z.string(), z.array(z.number())]),
      fits: [1],
      unfit: { a: 1 },
      keyword: 'anyOf',
    },
    {
      name: 'a discriminated union',
      schema: variants,
      fits: { kind: 'a', n: 1 },
      unfit: { kind: 'c' },
      keyword: 'oneOf',
    },
    { name: 'a list', schema: z.array(z.string()), fits: ['a'], unfit: {}, keyword: 'items' },
    {
      name: 'a record',
      schema: z.record(z.string(), z.number()),
      fits: { a: 1 },
      unfit: { a: '1' },
      keyword: 'additionalProperties',
    },
  ])('may be $name, and is described as such', async ({ schema, fits, unfit, keyword }) => {
    const { hybrid, call } = serve({ whole: post('/whole', schema) })
    expect(await call('/whole', fits)).toEqual({ status: 200, body: fits })
    expect((await call('/whole', unfit)).status).toBe(400)
    const operation = hybrid.document.paths['/whole']?.['post']
    const { requestBody } = operation as unknown as {
      requestBody: { required: boolean; content: Record<string, { schema: object }> }
    }
    expect(requestBody.required).toBe(true)
    const { schema: written = {} } = requestBody.content['application/json'] ?? {}
    expect(Object.keys(written)).toContain(keyword)
  })

  it('may come together with a parameter of the path', async () => {
    const { call } = serve({
      both: t.procedure
        .meta({ openapi: { method: 'POST', path: '/both/{id}' } })
        .input(z.object({ id: z.number() }))
        .input(variants)
        .mutation(({ input }) => input),
    })
    const answer = await call('/both/7', { kind: 'a', n: 1 })
    expect(answer).toEqual({ status: 200, body: { id: 7, kind: 'a', n: 1 } })
  })
})

it('undefined in a union is what JSON can not send', () => {
  const value = z.union([z.string(), z.undefined(), z.string(), z.number()])
  const { hybrid } = serve({ v: post('/v', z.object({ v: value })) })
  expect(hybrid.document.paths['/v']?.['post']?.requestBody).toMatchObject({
    content: {
      'application/json': {
        schema: { properties: { v: { anyOf: [{ type: 'string' }, { type: 'number' }] } } },
      },
    },
  })
})

it('a pattern with flags is left out of the description', () => {
  const fields = { plain: z.string().regex(/^[a-z]+$/), any: z.string().regex(/^[a-z]+$/i) }
  const { hybrid } = serve({ v: post('/v', z.object(fields)) })
  expect(hybrid.document.paths['/v']?.['post']?.requestBody).toMatchObject({
    content: {
      'application/json': {
        schema: {
          properties: { plain: { type: 'string', pattern: '^[a-z]+$' }, any: { type: 'string' } },
        },
      },
    },
  })
  expect(JSON.stringify(hybrid.document).match(/"pattern"/g)).toHaveLength(1)
})

it('an output that may be null or nothing is null over REST', async () => {
  const nothing = t.procedure
    .meta({ openapi: { method: 'GET', path: '/nothing' } })
    .output(z.string().nullish())
    .query(() => undefined)
  const { hybrid, call } = serve({ nothing })
  expect(await call('/nothing')).toEqual({ status: 200, body: null })
  expect(hybrid.check()).toEqual([])
})

describe('An object in a query', () => {
  const filter = z.object({
    status: z.enum(['open', 'done']),
    tags: z.array(z.string()).optional(),
  })
  const input = z.object({
    filter: filter.optional(),
    counts: z.record(z.string(), z.number()).optional(),
    page: z.number().default(1),
  })

  it('comes as deepObject, its fields read as their types', async () => {
    const { hybrid, call } = serve({ list: get('/list', input) })
    const query = 'filter[status]=open&filter%5Btags%5D=a&filter[tags]=b&counts[x]=2&page=3'
    expect(await call(`/list?${query}`)).toEqual({
      status: 200,
      body: { filter: { status: 'open', tags: ['a', 'b'] }, counts: { x: 2 }, page: 3 },
    })
    expect(await call('/list')).toEqual({ status: 200, body: { page: 1 } })
    expect((await call('/list?filter[status]=other')).status).toBe(400)
    expect(hybrid.document.paths['/list']?.['get']?.parameters).toMatchObject([
      { name: 'filter', style: 'deepObject', explode: true },
      { name: 'counts', style: 'deepObject', explode: true },
      { name: 'page' },
    ])
  })
})

describe('the start stops, with words that suffice, for', () => {
  it('a parameter as Express writes it', () => {
    expect(problemOf({ bad: get('/a/:id', z.object({ id: z.string() })) })).toContain(
      'bad: its path has :id: write {id}',
    )
  })

  it('a schema of zod 3, by procedure and field', () => {
    const old = z3.string() as never
    const wrong = {
      whole: t.procedure
        .meta({ openapi: { method: 'GET', path: '/whole' } })
        .input(z3.object({ a: z3.string() }))
        .query(() => 1),
      inside: t.procedure.input(z.object({ a: z.object({ b: old }) })).query(() => 1),
      output: t.procedure
        .meta({ openapi: { method: 'GET', path: '/output' } })
        .output(z.object({ c: old }))
        .query(() => ({ c: '' }) as never),
    }
    const problem = problemOf(wrong)
    expect(problem).toContain('whole: its .input() is a schema of zod 3')
    expect(problem).toContain('inside: its input a.b is a schema of zod 3')
    expect(problem).toContain('output: its output c is a schema of zod 3')
  })
})
