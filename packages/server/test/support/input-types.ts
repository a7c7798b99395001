import { z } from 'zod'

/** What TypeScript makes of `enum Level { Low, High }`. */
const Level = { 0: 'Low', 1: 'High', Low: 0, High: 1 } as const
const named = z.number().meta({ id: 'AmountOfTheTable' })
const shape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('circle'), since: z.date() }),
  z.object({ kind: z.literal('square'), side: z.number() }),
])
interface Tree {
  at: Date
  children: Tree[]
}
const tree: z.ZodType<Tree> = z.lazy(() => z.object({ at: z.date(), children: z.array(tree) }))
const DAY = '2026-01-02T03:04:05Z'
const day = 'Date(2026-01-02T03:04:05.000Z)'

export interface Row {
  readonly name: string
  readonly schema: z.ZodType
  /** Texts for `v`, with what the procedure gets of them; `undefined`: nothing is sent. */
  readonly takes: readonly (readonly [string | undefined, string])[]
  readonly refuses?: readonly (string | undefined)[]
  readonly described: object
  readonly required?: boolean
}

const row = (name: string, schema: z.ZodType, rest: Omit<Row, 'name' | 'schema'>): Row => ({
  name,
  schema,
  ...rest,
})
const number = { type: 'number' }
const string = { type: 'string' }

/** Each type of zod, in a query and in a path. */
// prettier-ignore
export const QUERY: readonly Row[] = [
  row('string', z.string(), { takes: [['v=7', '"7"'], ['v=', '""']], refuses: [undefined, 'v=a&v=b'], described: string, required: true}),
  row('email', z.email(), { takes: [['v=a@b.co', '"a@b.co"']], refuses: ['v=a'], described: { type: 'string', format: 'email' }, required: true}),
  row('number', z.number(), { takes: [['v=7', '7'], ['v=-7.5', '-7.5'], ['v=1e3', '1000']], refuses: ['v=', 'v=x', 'v=0x10', 'v=Infinity', 'v=+', 'v=1&v=2'], described: number, required: true}),
  row('integer', z.int(), { takes: [['v=7', '7']], refuses: ['v=7.5'], described: { type: 'integer' }, required: true}),
  row('boolean', z.boolean(), { takes: [['v=true', 'true'], ['v=false', 'false']], refuses: ['v=1', 'v='], described: { type: 'boolean' }, required: true}),
  row('big integer', z.bigint(), { takes: [['v=9007199254740993', '9007199254740993n']], refuses: ['v=x', 'v=1.5'], described: { type: 'string', pattern: String.raw`^-?\d+$` }, required: true}),
  row('date', z.date(), { takes: [[`v=${DAY}`, day]], refuses: ['v=x', 'v=5'], described: { type: 'string', format: 'date-time' }, required: true}),
  row('optional', z.number().optional(), { takes: [['v=7', '7'], [undefined, '{}']], refuses: ['v=x'], described: number, required: false}),
  row('nullable', z.number().nullable(), { takes: [['v=7', '7']], refuses: ['v=x'], described: number, required: true}),
  row('nullable boolean', z.boolean().nullable(), { takes: [['v=false', 'false']], described: { type: 'boolean' }, required: true}),
  row('nullish', z.number().nullish(), { takes: [['v=7', '7'], [undefined, '{}']], described: number, required: false}),
  row('default', z.number().default(5), { takes: [['v=7', '7'], [undefined, '5']], described: { ...number, default: 5 }, required: false}),
  row('prefault', z.number().prefault(5), { takes: [['v=7', '7'], [undefined, '5']], described: { ...number, default: 5 }, required: false}),
  row('coerced number', z.coerce.number(), { takes: [['v=7', '7']], refuses: ['v=', 'v=x'], described: number, required: true}),
  row('coerced big integer', z.coerce.bigint(), { takes: [['v=7', '7n']], refuses: ['v=', 'v=x'], described: { type: 'string', pattern: String.raw`^-?\d+$` }, required: true}),
  row('coerced date', z.coerce.date(), { takes: [[`v=${DAY}`, day]], refuses: ['v=x'], described: { type: 'string', format: 'date-time' }, required: true}),
  row('coerced string', z.coerce.string(), { takes: [['v=7', '"7"']], described: string, required: true}),
  row('transform', z.string().transform((text) => text.length), { takes: [['v=abc', '3']], described: string, required: true }),
  row('transform of a number', z.number().transform((n) => n + 1), { takes: [['v=7', '8']], described: number, required: true }),
  row('pipe', z.string().pipe(z.coerce.number()), { takes: [['v=7', '7']], described: string, required: true}),
  row('stringbool', z.stringbool(), { takes: [['v=yes', 'true'], ['v=off', 'false']], refuses: ['v=x'], described: string, required: true}),
  row('preprocess', z.preprocess((text) => String(text).split(','), z.array(z.string())), { takes: [['v=a,b', '["a", "b"]']], described: { type: 'array', items: string } }),
  row('enum', z.enum(['a', 'b']), { takes: [['v=b', '"b"']], refuses: ['v=c'], described: { ...string, enum: ['a', 'b'] }, required: true}),
  row('native enum', z.enum(Level), { takes: [['v=1', '1']], refuses: ['v=High', 'v=2'], described: { ...number, enum: [0, 1] }, required: true}),
  row('literal', z.literal('a'), { takes: [['v=a', '"a"']], refuses: ['v=b'], described: { ...string, const: 'a' }, required: true}),
  row('literals', z.literal([1, true, 'x']), { takes: [['v=1', '1'], ['v=true', 'true'], ['v=x', '"x"']], refuses: ['v=y'], described: { enum: [1, true, 'x'] }, required: true}),
  row('template literal', z.templateLiteral(['u', z.number()]), { takes: [['v=u7', '"u7"']], refuses: ['v=x'], described: string, required: true}),
  row('union', z.union([z.number(), z.literal('all')]), { takes: [['v=7', '7'], ['v=all', '"all"']], refuses: ['v=x'], described: { anyOf: [number, { ...string, const: 'all' }] }, required: true}),
  row('union with null', z.union([z.number(), z.null()]), { takes: [['v=7', '7']], refuses: ['v=null'], described: number, required: true}),
  row('union of one and many', z.union([z.string(), z.array(z.string())]), { takes: [['v=a', '"a"'], ['v=a&v=b', '["a", "b"]']], described: { anyOf: [string, { type: 'array', items: string }] }, required: true}),
  row('intersection', z.number().min(3).and(z.number().max(9)), { takes: [['v=7', '7']], refuses: ['v=2'], described: { allOf: [{ ...number, minimum: 3 }, { ...number, maximum: 9 }]}, required: true}),
  row('lazy', z.lazy(() => z.number()), { takes: [['v=7', '7']], described: number, required: true }),
  row('branded', z.number().brand('Id'), { takes: [['v=7', '7']], described: number, required: true}),
  row('readonly', z.number().readonly(), { takes: [['v=7', '7']], described: number, required: true}),
  row('catch', z.number().catch(5), { takes: [['v=7', '7'], ['v=x', '5']], described: { ...number, default: 5 }}),
  row('any', z.any(), { takes: [['v=7', '"7"']], described: {} }),
  row('unknown', z.unknown(), { takes: [['v=7', '"7"']], described: {} }),
  row('named', named, { takes: [['v=7', '7']], described: { $ref: '#/components/schemas/AmountOfTheTable' }, required: true}),
  row('named, optional', named.optional(), { takes: [['v=7', '7'], [undefined, '{}']], described: { $ref: '#/components/schemas/AmountOfTheTable' }, required: false}),
  row('list', z.array(z.string()), { takes: [['v=a', '["a"]'], ['v=a&v=b', '["a", "b"]']], refuses: [undefined], described: { type: 'array', items: string }, required: true}),
  row('list of numbers', z.array(z.number()).optional(), { takes: [['v=1&v=2', '[1, 2]'], [undefined, '{}']], refuses: ['v=x'], described: { type: 'array', items: number }, required: false}),
  row('list of dates', z.array(z.date()), { takes: [[`v=${DAY}`, `[${day}]`]], described: { type: 'array', items: { ...string, format: 'date-time' } }, required: true}),
  row('list of a native enum', z.array(z.enum(Level)), { takes: [['v=0&v=1', '[0, 1]']], described: { type: 'array', items: { ...number, enum: [0, 1] } }, required: true}),
  row('list of a union', z.array(z.union([z.number(), z.boolean()])), { takes: [['v=1&v=true', '[1, true]']], described: { type: 'array', items: { type: ['number', 'boolean'] } }, required: true}),
  row('readonly list', z.array(z.int()).readonly(), { takes: [['v=1', '[1]']], described: { type: 'array', items: { type: 'integer' } }, required: true}),
  row('tuple', z.tuple([z.number(), z.string()]), { takes: [['v=1&v=2', '[1, "2"]']], refuses: ['v=1'], described: { type: 'array', prefixItems: [number, string] }, required: true}),
]

/** And in a JSON body. */
// prettier-ignore
export const BODY: readonly Row[] = [
  row('date', z.date(), { takes: [[`"${DAY}"`, day]], refuses: ['"x"', '5'], described: { ...string, format: 'date-time' }}),
  row('date or null', z.date().nullable(), { takes: [[`"${DAY}"`, day], ['null', 'null']], described: { anyOf: [{ ...string, format: 'date-time' }, { type: 'null' }] }}),
  row('big integer', z.bigint(), { takes: [['"9007199254740993"', '9007199254740993n']], refuses: ['"x"'], described: string}),
  row('number', z.number(), { takes: [['7', '7']], refuses: ['"7"', 'null'], described: number }),
  row('nullish', z.number().nullish(), { takes: [['null', 'null'], [undefined, '{}']], refuses: ['"x"'], described: { type: ['number', 'null'] }}),
  row('named', named, { takes: [['7', '7']], described: { $ref: '#/components/schemas/AmountOfTheTable' }}),
  row('native enum', z.enum(Level), { takes: [['1', '1']], refuses: ['"1"'], described: { ...number, enum: [0, 1] }}),
  row('record of dates', z.record(z.string(), z.date()), { takes: [[`{"a":"${DAY}"}`, `{a: ${day}}`]], refuses: ['{"a":1}'], described: { type: 'object', additionalProperties: { ...string, format: 'date-time' } }}),
  row('object', z.object({ at: z.date(), n: z.number() }), { takes: [[`{"at":"${DAY}","n":1}`, `{at: ${day}, n: 1}`]], described: { type: 'object', properties: { at: { ...string, format: 'date-time' }, n: number }}}),
  row('list of dates', z.array(z.date()), { takes: [[`["${DAY}"]`, `[${day}]`]], described: { type: 'array' }}),
  row('tuple', z.tuple([z.date(), z.number()]), { takes: [[`["${DAY}",1]`, `[${day}, 1]`]], described: { type: 'array' }}),
  row('union', z.union([z.date(), z.number()]), { takes: [[`"${DAY}"`, day], ['7', '7']], refuses: ['"x"'], described: { anyOf: [{ ...string, format: 'date-time' }, number] }}),
  row('discriminated union', shape, { takes: [[`{"kind":"circle","since":"${DAY}"}`, `{kind: "circle", since: ${day}}`], ['{"kind":"square","side":2}', '{kind: "square", side: 2}']], refuses: ['{"kind":"x"}'], described: { oneOf: [{ type: 'object' }, { type: 'object' }] }}),
  row('intersection', z.object({ a: z.date() }).and(z.object({ b: z.date() })), { takes: [[`{"a":"${DAY}","b":"${DAY}"}`, `{a: ${day}, b: ${day}}`]], described: { type: 'object', required: ['a', 'b'] }}),
  row('itself', tree, { takes: [[`{"at":"${DAY}","children":[{"at":"${DAY}","children":[]}]}`, `{at: ${day}, children: [{at: ${day}, children: []}]}`]], described: {}}),
  row('preprocess', z.preprocess((value) => value ?? 3, z.number()), { takes: [['7', '7'], ['null', '3']], described: number}),
  row('catch', z.date().catch(new Date(0)), { takes: [[`"${DAY}"`, day], ['1', 'Date(1970-01-01T00:00:00.000Z)']], described: { ...string, format: 'date-time' }}),
  row('any', z.any(), { takes: [['{"a":[1]}', '{a: [1]}']], described: {} }),
  row('JSON', z.json(), { takes: [['{"a":[1]}', '{a: [1]}']], described: {} }),
]
