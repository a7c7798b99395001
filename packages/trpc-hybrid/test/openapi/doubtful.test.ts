import { initTRPC } from '@trpc/server'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { createHybrid, RouterError, type HybridMeta } from 'trpc-hybrid'
import { doubtfulOperations } from 'trpc-hybrid/engine'

const t = initTRPC.meta<HybridMeta>().create()
const info = { title: 'Items', version: '1.0.0' }
const schemes = ['bearer']
const RUNS = 400

const LEAVES: readonly (() => z.ZodType)[] = [
  () => z.string(),
  () => z.string().min(1).max(9).regex(/^a+$/).regex(/b/i),
  () => z.email(),
  () => z.iso.datetime(),
  () => z.number(),
  () => z.int().min(1),
  () => z.boolean(),
  () => z.null(),
  () => z.date(),
  () => z.bigint(),
  () => z.any(),
  () => z.unknown(),
  () => z.never(),
  () => z.undefined(),
  () => z.void(),
  () => z.nan(),
  () => z.symbol(),
  () => z.file(),
  () => z.custom(),
  () => z.instanceof(URL),
  () => z.enum(['a', 'b']),
  () => z.literal(['a', 1, null]),
  () => z.literal(undefined),
  () => z.literal(1n),
  () => z.literal([]),
  () => z.templateLiteral(['a', z.number()]),
  () => z.stringbool(),
]

const CIRCULAR: Record<string, unknown> = {}
CIRCULAR['self'] = CIRCULAR

/** Of a `.default()` and a `.prefault()`, whatever their type. */
const VALUES: readonly unknown[] = [
  'a',
  1,
  Number.NaN,
  null,
  undefined,
  1n,
  [1],
  CIRCULAR,
  new Date(0),
]
const METAS: readonly z.core.GlobalMeta[] = [
  { description: 'A text.' },
  { title: 'Title', deprecated: true, examples: ['a', 1] },
  { examples: [1n] },
  { examples: 'a' as never },
  { type: 'string' },
  { anyOf: 'no list' },
  { default: CIRCULAR },
  { override: { type: 'string' } },
  { outputId: 'Other' },
  { id: 'One' },
  { id: 'OneInput' },
  { id: 'Two' },
  { id: 'Refusal' },
  { id: '__schema0' },
  { id: 'a "name"' },
]

type Make = (one: z.ZodType, other: z.ZodType) => z.ZodType

const NODES: readonly Make[] = [
  (one) => z.array(one),
  (one, other) => z.object({ one, other }),
  (one, other) => z.object({ one: other.optional(), other: one }),
  (one, other) => z.strictObject({ one, other }),
  (one, other) => z.looseObject({ one, other }),
  (one, other) => z.object({ one }).catchall(other),
  (one, other) => z.object({ kids: z.array(z.lazy(() => z.object({ one, other }))) }),
  (one) => {
    const Tree = z.object({
      one,
      get kids() {
        return z.array(Tree)
      },
    })
    return Tree
  },
  (one, other) => z.tuple([one, other]),
  (one, other) => z.tuple([one], other),
  (one, other) => z.union([one, other]),
  (one, other) =>
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), one }),
      z.object({ kind: z.literal('b'), other }),
    ]),
  (one, other) => z.intersection(z.object({ one }), z.object({ other })),
  (one) => z.record(z.string(), one),
  (one) => z.record(z.enum(['a', 'b']), one),
  (one) => z.partialRecord(z.enum(['a', 'b']), one),
  (one, other) => z.record(one as never, other),
  (one, other) => z.map(one, other),
  (one) => z.set(one),
  (one) => z.promise(one),
  (one) => one.nullable(),
  (one) => one.optional(),
  (one) => z.nonoptional(one),
  (one) => one.readonly(),
  (one) => one.catch('a'),
  (one) => one.refine(() => true),
  (one) => one.brand('One'),
  (one) => one.transform(String),
  (one, other) => one.pipe(other as never),
  (one, other) => one.transform(String).pipe(other as never),
  (one) => z.preprocess(String, one),
  (one, other) =>
    z.codec(one as never, other as never, { decode: String, encode: String } as never),
  ...VALUES.map(
    (value): Make =>
      (one) =>
        one.default(value as never),
  ),
  ...VALUES.map(
    (value): Make =>
      (one) =>
        one.prefault(value as never),
  ),
  ...METAS.map(
    (meta): Make =>
      (one) =>
        one.meta(meta),
  ),
  (one) => one.describe('What it is.'),
]

const { schema: schemas } = fc.letrec<{ schema: z.ZodType }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...LEAVES).map((make) => make()),
    fc
      .tuple(fc.constantFrom(...NODES), tie('schema'), tie('schema'))
      .map(([make, ...parts]) => make(...parts)),
  ),
}))

const flags = fc.tuple(fc.boolean(), fc.boolean())

/** Two procedures, which may share schemas, and take what they take as a field or as it is. */
const hybridOf = (input: z.ZodType, output: z.ZodType, [shared, whole]: readonly boolean[]) =>
  createHybrid({
    info,
    router: t.router({
      add: t.procedure
        .meta({ openapi: { path: '/add', method: 'POST' } })
        .input(whole ? input : z.object({ input }))
        .output(output)
        .mutation(() => undefined as never),
      list: t.procedure
        .meta({ openapi: { path: '/list', method: 'POST' } })
        .input(z.object({ input: shared ? output : z.string() }))
        .output(z.object({ output: shared ? input : output }))
        .mutation(() => undefined as never),
    }),
  })

it('finds of any router all that has no description, in what is doubted alone', () => {
  let certain = 0
  fc.assert(
    fc.property(schemas, schemas, flags, (input, output, isWhat) => {
      const hybrid = servable(() => hybridOf(input, output, isWhat))
      if (!hybrid) return
      const doubtful = new Set(
        doubtfulOperations(hybrid.operations, { schemes }).map(({ name }) => name),
      )
      const problems = problemsOf(() => hybrid.describe({ filter: (name) => doubtful.has(name) }))
      expect(problems).toEqual(hybrid.check())
      if (doubtful.size < hybrid.operations.length) certain += 1
    }),
    { numRuns: RUNS },
  )
  expect(certain).toBeGreaterThan(RUNS / 20)
})

function problemsOf(describe: () => unknown): readonly string[] {
  try {
    describe()
    return []
  } catch (error) {
    if (error instanceof RouterError) return error.problems
    throw error
  }
}

/** `undefined` for what no route can be made of. */
function servable<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof RouterError) return undefined
    throw error
  }
}
