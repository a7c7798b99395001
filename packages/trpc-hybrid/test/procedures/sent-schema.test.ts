import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createInputParser } from '../../src/procedures/parse-input.ts'

/** A schema, and values for it: most fit, some do not. */
interface Case {
  readonly schema: z.ZodType
  readonly values: fc.Arbitrary<unknown>
}

const leaf = (schema: z.ZodType, values: fc.Arbitrary<unknown>): Case => ({ schema, values })
const wrong = fc.constantFrom<unknown>(null, 1.5, 'x', true, [], {}, undefined)
const dates = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
const START = new Date(0)

const leaves = fc.constantFrom<Case>(
  leaf(z.string().min(1), fc.string()),
  leaf(z.number().int().positive(), fc.integer()),
  leaf(z.boolean(), fc.boolean()),
  leaf(z.date(), dates),
  leaf(
    z
      .date()
      .min(START, 'early')
      .transform((at) => at.getTime()),
    dates,
  ),
  leaf(z.bigint().positive(), fc.bigInt({ min: -99n, max: 99n })),
  leaf(
    z.date().default(() => START),
    fc.option(dates, { nil: undefined }),
  ),
  leaf(z.date().catch(START), fc.oneof(dates, fc.integer())),
  leaf(
    z.preprocess((value) => value ?? START, z.date()),
    fc.option(dates),
  ),
  leaf(
    z
      .string()
      .transform((text) => text.length)
      .pipe(z.number().max(5)),
    fc.string(),
  ),
)

const { cases } = fc.letrec<{ cases: Case }>((tie) => {
  const inner = tie('cases')
  return {
    cases: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaves,
      inner.map(({ schema, values }) =>
        leaf(z.array(schema).max(4), fc.array(values, { maxLength: 5 })),
      ),
      inner.map(({ schema, values }) =>
        leaf(z.record(z.string(), schema), fc.dictionary(fc.constantFrom('a', 'b', '7'), values)),
      ),
      inner.map(({ schema, values }) =>
        leaf(
          z.tuple([z.string()], schema),
          fc.array(values, { maxLength: 2 }).map((rest) => ['t', ...rest]),
        ),
      ),
      inner.map(({ schema, values }) =>
        leaf(schema.optional(), fc.option(values, { nil: undefined })),
      ),
      inner.map(({ schema, values }) =>
        leaf(
          z
            .lazy(() => schema)
            .nullable()
            .readonly(),
          fc.option(values),
        ),
      ),
      inner.map(({ schema, values }) =>
        leaf(
          z.map(z.string(), schema),
          fc.array(fc.tuple(fc.string(), values)).map((pairs) => new Map(pairs)),
        ),
      ),
      fc
        .tuple(inner, inner)
        .map(([one, other]) =>
          leaf(z.union([one.schema, other.schema]), fc.oneof(one.values, other.values)),
        ),
      fc
        .tuple(inner, inner, fc.constantFrom('strip', 'strict', 'loose', 'catchall'))
        .map(([one, other, mode]) => {
          const shape = { one: one.schema, other: other.schema }
          const objects: Record<string, z.ZodType<object>> = {
            strip: z.object(shape),
            strict: z.strictObject(shape),
            loose: z.looseObject(shape),
            catchall: z.object(shape).catchall(one.schema),
          }
          return leaf(
            (objects[mode] as z.ZodType<object>).refine(
              (value) => Object.keys(value).length < 4,
              'many',
            ),
            fc.record(
              { one: one.values, other: other.values, more: one.values },
              { requiredKeys: [] },
            ),
          )
        }),
      fc
        .tuple(inner, inner)
        .map(([one, other]) =>
          leaf(
            z.discriminatedUnion('kind', [
              z.object({ kind: z.literal('one'), v: one.schema }),
              z.object({ kind: z.literal('other'), v: other.schema }),
            ]),
            fc.oneof(
              fc.record({ kind: fc.constant('one'), v: one.values }),
              fc.record({ kind: fc.constant('other'), v: other.values }),
            ),
          ),
        ),
      fc
        .tuple(inner, inner)
        .map(([one, other]) =>
          leaf(
            z.object({ l: one.schema }).and(z.object({ r: other.schema })),
            fc.record({ l: one.values, r: other.values }),
          ),
        ),
    ),
  }
})

/** With those of the options of a union. */
function countIssues(issues: readonly z.core.$ZodIssue[]): number {
  const inside = issues.flatMap((issue) => (issue.code === 'invalid_union' ? issue.errors : []))
  return inside.reduce((count, option) => count + countIssues(option), issues.length)
}

type Outcome = { readonly value: unknown } | { readonly issues: readonly unknown[] }

function outcomeOf(parse: (value: unknown) => unknown, value: unknown): Outcome {
  try {
    return { value: parse(value) }
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    return { issues: error.issues.slice(0, 20).map(({ path, message }) => ({ path, message })) }
  }
}

describe('the schema of what is sent', () => {
  it('makes of native values what the given one makes of them', () => {
    fc.assert(
      fc.property(
        cases.chain(({ schema, values }) =>
          fc.record({
            schema: fc.constant(schema),
            value: fc.oneof({ weight: 5, arbitrary: values }, { weight: 1, arbitrary: wrong }),
          }),
        ),
        ({ schema, value }) => {
          const expected = outcomeOf((given) => schema.parse(given), value)
          const outcome = outcomeOf(createInputParser(schema), value)
          const { error } = schema.safeParse(value)
          // Of an option with many issues too few are told for zod to choose the same option.
          if (error && countIssues(error.issues) > 20) expect(outcome).toHaveProperty('issues')
          else expect(outcome).toEqual(expected)
        },
      ),
      { numRuns: 400 },
    )
  })

  it('is the given one where JSON has all of its types and nothing is of any length', () => {
    const Plain = z.object({ a: z.string(), b: z.union([z.number(), z.null()]).optional() })
    let asked = 0
    const schema = Plain.refine(() => ++asked > 0)
    createInputParser(schema)({ a: 'x' })
    expect(asked).toBe(1)
  })

  it('leaves the given one as it was', () => {
    const schema = z.object({ at: z.date(), all: z.array(z.date()) })
    createInputParser(schema)({ at: '2026-01-02T03:04:05Z', all: [] })
    expect(schema.safeParse({ at: '2026-01-02T03:04:05Z', all: [] }).success).toBe(false)
  })

  it('checks what is twice as long with at most twice as many steps', () => {
    let steps = 0
    const step = () => ++steps > 0
    interface Value {
      at: Date
      all: Value[]
    }
    const schemas = (isLast: boolean): z.ZodType => {
      const one: z.ZodType<Value> = z.lazy(() => choice as z.ZodType<Value>)
      const all = z.array(one).refine(step)
      const first = z.object({ k: z.literal('x'), all, at: z.date().refine(step) })
      const last = z.object({ all, at: z.date().refine(step) })
      const choice = z.union(isLast ? [first, last] : [last, first])
      return choice
    }
    const tree = fc.letrec<{ tree: object }>((tie) => ({
      tree: fc.record({
        at: fc.constantFrom('2026-01-02T03:04:05Z', 'x'),
        all: fc.oneof({ maxDepth: 3 }, fc.constant([]), fc.array(tie('tree'), { maxLength: 3 })),
      }),
    })).tree
    const count = (schema: z.ZodType, value: unknown) => {
      steps = 0
      outcomeOf(createInputParser(schema), value)
      return steps
    }
    fc.assert(
      fc.property(tree, fc.integer({ min: 1, max: 20 }), fc.boolean(), (inner, depth, isLast) => {
        const schema = schemas(isLast)
        const wrap = (times: number) => {
          let value: object = inner
          for (let n = 0; n < times; n++) value = { at: '2026-01-02T03:04:05Z', all: [value] }
          return value
        }
        const [once, twice] = [count(schema, wrap(depth)), count(schema, wrap(2 * depth))]
        expect(twice).toBeLessThanOrEqual(2 * once + 8)
      }),
    )
  })
})

describe('a schema that makes new ones without end', () => {
  const union = (): z.ZodType => z.union([z.string(), z.object({ of: z.lazy(union) })])
  const list = (): z.ZodType => z.object({ children: z.array(z.lazy(list)) })
  const field = (): z.ZodType =>
    z.object({
      get of() {
        return field().optional()
      },
    })

  it.each([
    ['a union', union],
    ['a list', list],
    ['a field', field],
  ])('is refused: %s', (_, make) => {
    expect(() => createInputParser(make())).toThrow('its input makes new schemas without end')
  })
})
