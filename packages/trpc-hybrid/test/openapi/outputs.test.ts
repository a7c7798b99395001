import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { publicProcedure, router } from '../../../server/test/support/trpc.ts'
import { describeBehindAuth0 } from '../../../server/test/support/lint-description.ts'

/** A router with an operation that answers with `output`. */
const answering = (output: z.ZodType) =>
  router({
    item: publicProcedure
      .meta({ openapi: { method: 'GET', path: '/item', summary: 'Read', tags: ['Items'] } })
      .output(output)
      .query(() => {
        throw new Error('is only described')
      }),
  })

const describedBody = (output: z.ZodType) => {
  const { paths, components } = describeBehindAuth0(answering(output))
  const operation = paths?.['/item']?.get as unknown as Operation
  return {
    schema: operation.responses['200'].content['application/json'].schema,
    components: components?.schemas as Record<string, unknown>,
  }
}

interface Operation {
  readonly responses: { 200: { content: { 'application/json': { schema: unknown } } } }
}

const DATE = { type: 'string', format: 'date-time' }

describe('a date in an output is described as a date-time', () => {
  it.each<[string, z.ZodType, unknown]>([
    ['at the root', z.date(), DATE],
    ['in a field', z.object({ at: z.date() }), { properties: { at: DATE } }],
    ['in a list', z.array(z.date()), { items: DATE }],
    [
      'where it may be null',
      z.object({ at: z.date().nullable() }),
      { properties: { at: { anyOf: [DATE, { type: 'null' }] } } },
    ],
    [
      'with a description of its own',
      z.object({ at: z.date().meta({ description: 'When it was sent.' }) }),
      { properties: { at: { ...DATE, description: 'When it was sent.' } } },
    ],
  ])('%s', (_where, output, schema) => {
    expect(describedBody(output).schema).toMatchObject(schema as object)
  })

  it('a date is described as a date-time in a schema with a name', () => {
    const { components } = describedBody(z.object({ at: z.date() }).meta({ id: 'Sent' }))
    expect(components['Sent']).toMatchObject({ properties: { at: DATE } })
  })

  it('unless its author names another format', () => {
    const output = z.object({ at: z.date().meta({ format: 'date' }) })
    expect(describedBody(output).schema).toMatchObject({
      properties: { at: { type: 'string', format: 'date' } },
    })
  })

  it('the metadata of its schema stays as it was', () => {
    const plain = z.date()
    const named = z.date().meta({ title: 'Sent' })
    describeBehindAuth0(answering(z.object({ plain, named })))
    expect([plain.meta(), named.meta()]).toEqual([undefined, { title: 'Sent' }])
  })
})

describe('the description is refused, by procedure and field, for an output with', () => {
  it.each<[string, z.ZodType, RegExp]>([
    ['a file', z.file(), /item: its output deep\.value is of the type file/],
    ['a file in a list', z.array(z.file()), /item: its output deep\.value is of the type file/],
    ['not-a-number', z.nan(), /item: its output deep\.value is of the type nan: write z\.number/],
    ['a set', z.set(z.string()), /item: its output deep\.value is of the type set: write z\.array/],
    ['a map', z.map(z.string(), z.string()), /its output deep\.value is of the type map/],
    ['a symbol', z.symbol(), /its output deep\.value is of the type symbol/],
  ])('%s', (_what, value, problem) => {
    const output = z.object({ deep: z.object({ value }) })
    expect(() => describeBehindAuth0(answering(output))).toThrow(problem)
  })
})
