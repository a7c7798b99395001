import { initTRPC } from '@trpc/server'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createHybrid, type HybridMeta } from 'trpc-hybrid'
import { fetchHandler } from 'trpc-hybrid/fetch'

const t = initTRPC.meta<HybridMeta>().create()

type Named = Record<'name', string>

interface StandardSchema<T> {
  '~standard': {
    version: 1
    vendor: string
    validate: (
      value: unknown,
    ) => { value: T } | { issues: { message: string; path: PropertyKey[] }[] }
    types?: { input: T; output: T }
    jsonSchema?: Record<'input' | 'output', () => object>
  }
}

/** A schema as Valibot and ArkType have them. */
function named(jsonSchema?: () => object): StandardSchema<Named> {
  const validate = (value: unknown) => {
    const { name } = value as Partial<Named>
    if (typeof name !== 'string') {
      return { issues: Array.from({ length: 50 }, () => ({ message: 'No name', path: ['name'] })) }
    }
    return { value: { name: name.trim() } }
  }
  const said = jsonSchema && { jsonSchema: { input: jsonSchema, output: jsonSchema } }
  return { '~standard': { version: 1, vendor: 'test', validate, ...said } }
}

const NAMED = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }
const said = named(() => ({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...NAMED }))
/** ArkType's are functions. */
const silent = Object.assign(() => undefined, named())

const at = (path: `/${string}`, method: 'GET' | 'POST' = 'POST') =>
  t.procedure.meta({ openapi: { method, path } })
const info = { title: 'Standard', version: '1.0.0' }

const router = t.router({
  said: at('/said')
    .input(said)
    .output(said)
    .mutation(({ input }) => input),
  silent: at('/silent')
    .input(silent as StandardSchema<Named>)
    .mutation(({ input }) => input),
  both: at('/both/{id}')
    .input(z.object({ id: z.number() }))
    .input(said)
    .mutation(({ input }) => input),
  remote: t.procedure.input(named()).query(({ input }) => input),
})

describe('Schemas of other libraries', () => {
  const hybrid = createHybrid({ router, info, missingOutput: 'any' })
  const handle = fetchHandler(hybrid, { createContext: () => ({}) })
  const call = async (path: string, body?: string) => {
    const headers = { 'content-type': 'application/json' }
    const init = body === undefined ? {} : { method: 'POST', body, headers }
    const response = await handle(new Request(`http://api.test${path}`, init))
    return { status: response.status, body: await response.json() }
  }
  const sent = JSON.stringify({ name: ' a ' })

  it('read bodies over REST, and inputs over RPC', async () => {
    for (const path of ['/said', '/silent']) {
      expect(await call(path, sent)).toEqual({ status: 200, body: { name: 'a' } })
      expect(await call(`/trpc${path}`, sent)).toEqual({
        status: 200,
        body: { result: { data: { name: 'a' } } },
      })
    }
    expect(await call('/both/7', sent)).toEqual({ status: 200, body: { id: 7, name: 'a' } })
    expect((await call(`/trpc/remote?input=${encodeURIComponent(sent)}`)).status).toBe(200)
  })

  it('refuse what does not fit, with few issues, and what is nested too deep', async () => {
    const issues = Array.from({ length: 20 }, () => ({ path: ['name'], message: 'No name' }))
    const message = 'Input validation failed'
    expect(await call('/said', '{}')).toEqual({ status: 400, body: { message, issues } })
    expect(await call('/trpc/silent', '{}')).toMatchObject({
      status: 400,
      body: { error: { message, data: { issues } } },
    })
    const deep = '['.repeat(1_000) + ']'.repeat(1_000)
    expect(await call('/silent', deep)).toMatchObject({ status: 400, body: { message } })
  })

  it('are described where they say JSON Schema', () => {
    const { paths } = hybrid.document
    expect(paths['/said']?.['post']).toMatchObject({
      requestBody: { required: true, content: { 'application/json': { schema: NAMED } } },
      responses: { 200: { content: { 'application/json': { schema: NAMED } } } },
    })
    expect(paths['/silent']?.['post']).toMatchObject({
      requestBody: { content: { 'application/json': { schema: {} } } },
    })
    expect(JSON.stringify(hybrid.document)).not.toContain('$schema')
  })

  it.each<[string, () => object]>([
    ['references, which mean another document', () => ({ $ref: '#/$defs/a', $defs: { a: {} } })],
    [
      'nothing, for types that JSON has not',
      () => {
        throw new Error('unrepresentable')
      },
    ],
  ])('are described as anything where they say %s', (_, jsonSchema) => {
    const odd = t.router({
      odd: at('/odd')
        .input(named(jsonSchema))
        .mutation(() => true),
    })
    const { paths } = createHybrid({ router: odd, info, missingOutput: 'any' }).document
    expect(paths['/odd']?.['post']).toMatchObject({
      requestBody: { content: { 'application/json': { schema: {} } } },
    })
  })

  it('stop the start in a query, in a path, and as an output that says nothing', () => {
    const wrong = t.router({
      query: at('/query', 'GET')
        .input(said)
        .output(said)
        .query(({ input }) => input),
      path: at('/path/{name}')
        .input(said)
        .output(said)
        .mutation(({ input }) => input),
      output: at('/output')
        .output(named())
        .mutation(() => ({ name: 'a' })),
    })
    expect(() => createHybrid({ router: wrong, info })).toThrow(
      [
        '- output: it has no output schema: write .output(z.object({ … }))',
        '- path: its path has {name}, its input has not: write it into .input(z.object({ … }))',
        '- query: its input is of the type custom, for which a query has no room: write .input(z.object({ … })), with the custom as a field, or send it with POST',
      ].join('\n'),
    )
  })
})
