import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { compiledFirst } from '../../src/procedures/compiled.ts'
import { unboundedSchema } from '../../src/procedures/sent-schema.ts'
import { getParseFn } from '../../src/trpc/internals.ts'
import { createOutputParser } from '../../src/procedures/parse-output.ts'

class Money {
  readonly #cents: number
  constructor(cents: number) {
    this.#cents = cents
  }
  get cents(): number {
    return this.#cents
  }
  toJSON(): unknown {
    return `${this.#cents} cents`
  }
}

const isEven = (value: unknown) => typeof value !== 'number' || value % 2 === 0
const KEYS = ['id', 'name', 'toJSON', 'length', '7', 'constructor']

/** Of every kind that zod compiles, and of those that it leaves to its own parser. */
const { schemas } = fc.letrec<{ schemas: z.ZodType }>((tie) => {
  const inner = tie('schemas')
  const fields = fc.dictionary(fc.constantFrom(...KEYS), inner, {
    maxKeys: 5,
    noNullPrototype: true,
  })
  return {
    schemas: fc.oneof(
      { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<z.ZodType>(
        z.string(),
        z.string().min(1).max(3),
        z.string().regex(/^a/),
        z.string().trim(),
        z.email(),
        z.iso.datetime(),
        z.number(),
        z.int(),
        z.number().min(-1).max(100),
        z.number().multipleOf(0.5),
        z.coerce.number(),
        z.boolean(),
        z.null(),
        z.undefined(),
        z.date(),
        z.bigint(),
        z.any(),
        z.unknown(),
        z.literal(['a', 7, null]),
        z.enum(['open', 'closed']),
        z.instanceof(Money),
        z.number().refine(isEven),
        z.string().transform((text) => text.length),
        z.number().default(7),
        z.string().catch('caught'),
        z.lazy(() => z.string()),
      ),
      fields.map((shape) => z.object(shape)),
      fields.map((shape) => z.strictObject(shape)),
      fields.map((shape) => z.looseObject(shape)),
      fc.tuple(fields, inner).map(([shape, rest]) => z.object(shape).catchall(rest)),
      fields.map((shape) => z.object(shape).refine(isEven)),
      fields.map((shape) => z.object(shape).partial()),
      inner.map((schema) => z.array(schema).max(4)),
      inner.map((schema) => schema.optional()),
      inner.map((schema) => schema.nullable()),
      inner.map((schema) => schema.readonly()),
      inner.map((schema) => z.preprocess((value) => value, schema)),
      inner.map((schema) => z.record(z.string(), schema)),
      fc.tuple(inner, inner).map((options) => z.union(options)),
      fc.tuple(inner, inner).map((items) => z.tuple(items)),
      fc.tuple(fields, fields).map(([a, b]) => z.intersection(z.object(a), z.object(b))),
      fc
        .tuple(fields, fields)
        .map(([a, b]) =>
          z.discriminatedUnion('id', [
            z.object({ ...a, id: z.literal('a') }),
            z.object({ ...b, id: z.literal(7) }),
          ]),
        ),
    ),
  }
})

const ownProperty = { value: { id: 'a' }, enumerable: true }

const texts = fc.oneof(
  fc.constantFrom(
    'a',
    'open',
    'closed',
    'a@example.com',
    '2026-01-31T12:00:00Z',
    '\ud800',
    '"\u2028',
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
)

const { values } = fc.letrec<{ values: unknown }>((tie) => {
  const inner = tie('values')
  const fields = fc.dictionary(fc.constantFrom(...KEYS, 'more', '__proto__'), inner, { maxKeys: 6 })
  return {
    values: fc.oneof(
      { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
      texts,
      fc.constantFrom<unknown>(...[0, -0, 7, 1.5, 42, NaN, Infinity, true, null, undefined, 1n]),
      fc.constantFrom<unknown>(new Date(0), new Date(NaN), new Money(7), Symbol.iterator, isEven),
      fields,
      fields.map((given) => Object.defineProperty({ ...given }, '__proto__', ownProperty)),
      fields.map((given): unknown => Object.create(given)),
      fields.map((given) => new Proxy(given, {})),
      fields.map((given) => Object.freeze({ ...given, [Symbol.iterator]: 1 })),
      fc.array(inner, { maxLength: 5 }),
      fc.array(inner, { maxLength: 3 }).map((items) => Object.assign([], { 2: items[0] })),
      fc.constant(new Map([['id', 'a']])),
    ),
  }
})

/** What the schema itself was made for, so that most of it fits. */
function fitting(schema: z.ZodType): fc.Arbitrary<unknown> {
  const { def } = (schema as unknown as { _zod: { def: z.core.$ZodTypes['_zod']['def'] } })._zod
  switch (def.type) {
    case 'object': {
      const shape = Object.entries(def.shape).map(([name, field]) => [
        name,
        fitting(field as z.ZodType),
      ])
      const record = fc.record(Object.fromEntries(shape) as Record<string, fc.Arbitrary<unknown>>)
      return fc.oneof({ weight: 9, arbitrary: record }, { weight: 1, arbitrary: values })
    }
    case 'array':
      return fc.array(fitting(def.element as z.ZodType), { maxLength: 4 })
    case 'tuple':
      return fc.tuple(...def.items.map((item) => fitting(item as z.ZodType)))
    case 'union':
      return fc.oneof(...def.options.map((option) => fitting(option as z.ZodType)))
    case 'record':
      return fc.dictionary(texts, fitting(def.valueType as z.ZodType), { maxKeys: 3 })
    case 'optional':
    case 'nullable':
    case 'readonly':
      return fc.option(fitting(def.innerType as z.ZodType), {
        nil: def.type === 'nullable' ? null : undefined,
      })
    case 'pipe':
      return fitting(
        (def.out as z.ZodType)._zod.def.type === 'transform' ? z.string() : (def.out as z.ZodType),
      )
    case 'string':
      return texts
    case 'number':
      return fc.integer({ min: -3, max: 9 })
    case 'boolean':
      return fc.boolean()
    case 'literal':
      return fc.constantFrom(...def.values)
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries))
    default:
      return values
  }
}

const cases = schemas.chain((schema) =>
  fc.record({ schema: fc.constant(schema), value: fc.oneof(fitting(schema), values) }),
)

interface Written {
  readonly text?: string | undefined
  readonly issues?: unknown
  readonly error?: string
}

/** The JSON text of what comes of it, or what is wrong with it. */
async function written(parse: (value: unknown) => unknown, value: unknown): Promise<Written> {
  try {
    return { text: JSON.stringify(await parse(value)) }
  } catch (error) {
    return error instanceof z.ZodError ? { issues: error.issues } : { error: String(error) }
  }
}

/** Stands for zod's own parser where that must not be asked. */
const notAsked = () => {
  throw new Error('zod itself was asked')
}

describe('an output', () => {
  it('has the text that zod and JSON.stringify make of it, or what zod has against it', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ schema, value }) => {
        const parse = createOutputParser(schema as never)
        const expected = await written(getParseFn(schema as never), value)
        expect(await written(parse, value)).toEqual(expected)
        expect(await written(parse, value)).toEqual(expected) // when it is compiled already
      }),
      { numRuns: 300 },
    )
  })

  it('is checked without zod itself where it fits', () => {
    const schema = z.object({ at: z.date(), rows: z.array(z.object({ id: z.int() })).max(2) })
    const parse = compiledFirst(() => schema, notAsked)
    expect(parse({ at: new Date(0), rows: [{ id: 1, more: 2 }] })).toEqual({
      at: new Date(0),
      rows: [{ id: 1 }],
    })
  })

  it('is the same with a schema of zod mini', () => {
    const schema = mini.object({ id: mini.string().check(mini.minLength(1)) })
    expect(compiledFirst(() => schema, notAsked)({ id: 'a', more: 1 })).toEqual({ id: 'a' })
  })

  it('is read once: what a getter or a proxy says later is not sent', () => {
    let asked = 0
    const row = {
      get id(): number {
        return asked++
      },
    }
    const rows = new Proxy([row, row], {})
    const parse = createOutputParser(z.array(z.object({ id: z.int() })) as never)
    expect(JSON.stringify(parse(rows))).toBe('[{"id":0},{"id":1}]')
    expect(asked).toBe(2)
  })

  it('may be a copy that the procedure changes after it was checked', () => {
    const rows = [{ id: 1 }]
    const copy = createOutputParser(z.array(z.object({ id: z.int() })) as never)(rows)
    rows.push({ id: 2 })
    Object.assign(rows[0] ?? {}, { id: 'changed' })
    expect(copy).toEqual([{ id: 1 }])
  })

  it.each([
    [
      'a check that is asynchronous, though its function is not',
      () => z.string().refine((text) => Promise.resolve(text === 'a')),
    ],
    [
      'a transform that is asynchronous',
      () => z.string().transform((text) => Promise.resolve(text)),
    ],
    ['an async function', () => z.string().refine(async (text) => Promise.resolve(text === 'a'))],
  ])('waits for %s, and does not begin it twice each time', async (_title, schemaOf) => {
    let begun = 0
    const schema = z.preprocess((value) => (begun++, value), schemaOf())
    const parse = createOutputParser(schema as never)
    expect(await parse('a')).toBe('a')
    begun = 0
    expect(await parse('a')).toBe('a')
    expect(begun).toBe(1)
  })

  it('fails with what a check of it throws', async () => {
    const schema = z.string().refine(() => {
      throw new RangeError('of the check')
    })
    await expect(createOutputParser(schema as never)('a')).rejects.toThrow('of the check')
  })

  it('an output that holds itself fails where it is written, as it did', () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    const parse = createOutputParser(z.object({ self: z.unknown() }) as never)
    expect(() => JSON.stringify(parse(circle))).toThrow(TypeError)
  })

  it('may be of a schema that has a few parts in very many places', () => {
    let schema: z.ZodType = z.object({ id: z.string() })
    for (let depth = 0; depth < 40; depth++) schema = z.object({ a: schema, b: schema.optional() })
    const value = { a: {} }
    for (let depth = 0; depth < 38; depth++) value.a = { a: value.a }
    const before = performance.now()
    expect(() => createOutputParser(schema as never)(value)).toThrow(z.ZodError)
    expect(performance.now() - before).toBeLessThan(2_000)
  })

  it('may be of a schema that holds itself', () => {
    const Tree = z.object({
      name: z.string(),
      get children() {
        return z.array(Tree)
      },
    })
    const tree = { name: 'a', children: [{ name: 'b', children: [] }] }
    expect(createOutputParser(Tree as never)(tree)).toEqual(tree)
  })
})

describe('where code may not be made from text', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    z.config({ jitless: false })
  })

  const asked = () => 'zod itself was asked'

  it.each([
    ['as zod is told', () => z.config({ jitless: true })],
    [
      'as it finds out',
      () =>
        vi.stubGlobal('Function', () => {
          throw new EvalError('Code generation from strings disallowed for this context')
        }),
    ],
  ])('zod itself is asked, %s', (_title, forbid) => {
    const schema = z.string()
    const parse = compiledFirst(() => schema, asked)
    forbid()
    expect(parse('a')).toBe('zod itself was asked')
    expect(parse('a')).toBe('zod itself was asked')
  })

  it('zod itself is asked about a schema of another version of zod', () => {
    const schema = z.string()
    Object.assign(schema._zod, { version: { ...z.core.version, patch: -1 } })
    expect(compiledFirst(() => schema, asked)('a')).toBe('zod itself was asked')
  })
})

describe('an input', () => {
  it('an input of dates and big integers as texts is parsed without zod itself where it fits', () => {
    const schema = z.object({
      rows: z.array(z.object({ at: z.date(), late: z.coerce.date().optional() })),
      sum: z.bigint(),
    })
    const parse = compiledFirst(() => unboundedSchema(schema), notAsked)
    expect(parse({ rows: [{ at: '2026-01-31T12:00:00Z' }], sum: '7' })).toEqual({
      rows: [{ at: new Date('2026-01-31T12:00:00Z') }],
      sum: 7n,
    })
    expect(() => parse({ rows: [{ at: '2026-02-30T12:00:00Z' }], sum: '7' })).toThrow('was asked')
    expect(() => parse({ rows: [{}], sum: '7' })).toThrow('was asked')
  })
})
