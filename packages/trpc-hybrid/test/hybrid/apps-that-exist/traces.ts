/* eslint-disable @typescript-eslint/no-deprecated -- apps that exist use what zod would have them replace */
import { initTRPC } from '@trpc/server'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { createGuard, createHybrid, FeatureError } from 'trpc-hybrid'
import type { App, Caller, Sample } from './app.ts'

// An app whose queries take lists of filters, which a query string has no room for: they are sent with POST. Every
// schema kind that some app uses is here once.

const t = initTRPC.context<Caller>().create()

const project = t.procedure
  .use(
    createGuard(
      ({ user }: Caller) => {
        if (user === undefined) throw new FeatureError('forbidden', 'Not a member of this project')
        return { member: user }
      },
      { scheme: 'session' },
    ),
  )
  .input(z.object({ projectId: z.string() }))

const Filter = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('datetime'),
    column: z.string(),
    operator: z.enum(['>', '<', '>=', '<=']),
    value: z.coerce.date(),
  }),
  z.object({
    type: z.literal('number'),
    column: z.string(),
    operator: z.enum(['=', '>']),
    value: z.number(),
  }),
  z.object({ type: z.literal('stringOptions'), column: z.string(), value: z.array(z.string()) }),
  z.object({ type: z.literal('null'), column: z.string(), value: z.literal('') }),
])
const paging = z.object({ page: z.int().nonnegative(), limit: z.int().min(1).max(100) })
const orderBy = z.object({ column: z.string(), order: z.enum(['ASC', 'DESC']) }).nullable()
const Traced = z.object({
  projectId: z.string(),
  filter: z.array(Filter).nullable(),
  orderBy,
  ...paging.shape,
})

const traces = t.router({
  all: project.input(Traced).query(({ input }) => input),
  infinite: t.procedure
    .input(z.object({ cursor: z.string().nullish(), limit: z.number().min(1).max(50).nullish() }))
    .query(({ input }) => ({ items: [1], nextCursor: input.cursor ?? 'next' })),
  offset: t.procedure
    .input(
      z.object({
        cursor: z.number().default(0),
        direction: z.enum(['forward', 'backward']).optional(),
      }),
    )
    .query(({ input }) => input),
  score: project
    .input(
      z
        .object({ traceId: z.string(), value: z.number(), comment: z.string().max(500).nullish() })
        .and(z.object({ configId: z.string().optional() })),
    )
    .mutation(({ input }) => input.value),
})

const Branded = z.string().brand<'UserId'>()
const nested = z.object({
  name: z.string(),
  get children() {
    return z.array(nested).optional()
  },
})
interface Category {
  name: string
  sub: Category[]
}
const category: z.ZodType<Category> = z.lazy(() =>
  z.object({ name: z.string(), sub: z.array(category) }),
)
const Json: z.ZodType = z.lazy(() =>
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.array(Json),
    z.record(z.string(), Json),
  ]),
)
type Schema = z.core.$ZodType
type Rows = Record<string, readonly [Schema, unknown, unknown]>

const body = (schema: Schema) => t.procedure.input(schema).mutation(({ input }) => input ?? null)
const field = (schema: Schema) => body(z.object({ v: schema }))
const query = (schema: Schema) =>
  t.procedure.input(z.object({ v: schema })).query(({ input }) => input)

const bodies = {
  ids: [
    z.object({ a: z.cuid(), b: z.cuid2(), c: z.uuid(), d: z.nanoid(), e: z.ulid() }),
    {
      a: 'cjld2cjxh0000qzrmn831i7rn',
      b: 'tz4a98xxat96iws9zmbrgj3a',
      c: '6e0b1e1a-0c6b-4b7e-9d3c-0b9f1f1f1f1f',
      d: 'V1StGXR8_Z5jdHi6B-myT',
      e: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    },
    { a: 'x', b: '', c: 'x', d: 'x', e: 'x' },
  ],
  formats: [
    z.object({
      email: z.email(),
      url: z.url(),
      ip: z.ipv4().or(z.ipv6()),
      day: z.iso.date(),
      at: z.iso.datetime({ offset: true }),
      jwt: z.string().base64(),
      phone: z.e164(),
      emoji: z.emoji(),
      starts: z.string().startsWith('a').endsWith('z').includes('-').length(3),
      id: z.string().uuid(),
      mac: z.mac(),
    }),
    {
      email: 'a@example.com',
      url: 'https://example.com',
      ip: '::1',
      day: '2026-01-02',
      at: '2026-01-02T03:04:05+02:00',
      jwt: 'YQ==',
      phone: '+4912345678',
      emoji: '😀',
      starts: 'a-z',
      id: '6e0b1e1a-0c6b-4b7e-9d3c-0b9f1f1f1f1f',
      mac: '00:11:22:33:44:55',
    },
    { email: 'a' },
  ],
  tuple: [z.tuple([z.string(), z.number()]).rest(z.boolean()), ['a', 1, true], [1, 'a']],
  tree: [nested, { name: 'a', children: [{ name: 'b' }] }, { name: 'a', children: [{}] }],
  category: [category, { name: 'a', sub: [{ name: 'b', sub: [] }] }, { name: 'a' }],
  json: [Json, { a: [1, null, { b: 'c' }] }, undefined],
  strict: [z.strictObject({ a: z.string() }), { a: 'b' }, { a: 'b', c: 1 }],
  loose: [z.looseObject({ a: z.string() }), { a: 'b', c: 1 }, { c: 1 }],
  passthrough: [z.object({ a: z.string() }).passthrough(), { a: 'b', c: 1 }, {}],
  catchall: [z.object({ a: z.string() }).catchall(z.number()), { a: 'b', c: 1 }, { a: 'b', c: '' }],
  partial: [z.partialRecord(z.enum(['a', 'b']), z.number()), { a: 1 }, { c: 1 }],
  enumerated: [z.record(z.enum(['a', 'b']), z.number()), { a: 1, b: 2 }, { a: 1 }],
  keyed: [z.record(z.string().regex(/^k/i), z.unknown()), { K1: null }, { a: 1 }],
  both: [z.object({ a: z.string() }).and(z.object({ b: z.number() })), { a: 'a', b: 1 }, { a: '' }],
  wide: [
    z.union([z.object({ a: z.string() }), z.object({ b: z.number() }), z.string()]),
    { b: 1 },
    { b: '' },
  ],
  mixed: [
    z.object({ id: z.string() }).or(z.object({ slug: z.string(), id: z.never().optional() })),
    { slug: 'a' },
    {},
  ],
  any: [z.any(), { a: 1 }, undefined],
  unknown: [z.unknown(), [1], undefined],
  text: [z.string(), 'text', 1],
  number: [z.number(), 5, 'a'],
  flag: [z.boolean(), true, 'a'],
  level: [z.nativeEnum({ Low: 0, 0: 'Low', High: 1, 1: 'High' }), 1, 'Low'],
  choice: [z.enum(['a', 'b']), 'a', 'c'],
  empty: [z.object({}), {}, 1],
  mini: [
    mini.object({ at: mini.date(), n: mini.optional(mini.number().check(mini.positive())) }),
    { at: '2026-01-02T03:04:05.000Z', n: 1 },
    { at: 'now' },
  ],
} satisfies Rows

const fields = {
  branded: [Branded, 'a', 1],
  readonly: [z.array(z.object({ a: z.string() })).readonly(), [{ a: 'b' }], [1]],
  nullish: [z.string().nullish(), null, 1],
  caught: [z.enum(['a', 'b']).catch('a'), 'b', undefined],
  prefault: [z.string().trim().prefault('a'), 'b', 1],
  preprocessed: [z.preprocess((v) => (v === '' ? null : v), z.string().nullable()), 'b', 1],
  piped: [z.string().pipe(z.string().min(2)), 'ab', 'a'],
  stringbool: [z.stringbool(), 'yes', 'maybe'],
  codec: [z.codec(z.string(), z.number(), { decode: Number, encode: String }), '5', 5],
  template: [z.templateLiteral(['v', z.number(), '.', z.enum(['a', 'b'])]), 'v1.a', 'v.c'],
  literals: [z.literal(['a', 1, true, null]), null, 'b'],
  float: [z.number().multipleOf(0.5).gt(0).lt(10), 2.5, 0],
  finite: [z.float32(), 1.5, 'a'],
  bigint: [z.bigint().positive().transform(String), '9007199254740993', '-1'],
  coerced: [z.coerce.number(), 5, 'five'],
  coercedText: [z.coerce.string(), '5', undefined],
  date: [z.date().min(new Date(0)), '2026-01-02T03:04:05.000Z', '1969-01-01T00:00:00Z'],
  refined: [
    z.string().refine(async (text) => Promise.resolve(text !== 'taken'), 'Taken'),
    'free',
    'taken',
  ],
  own: [z.custom<string>((v) => v === 'own').meta({ type: 'string' }), 'own', 'other'],
  never: [z.never().optional(), undefined, 1],
  twice: [z.union([z.string(), z.string(), z.null(), z.null()]), null, 1],
  deep: [
    z.object({ a: z.object({ b: z.array(z.object({ c: z.date() })) }) }),
    { a: { b: [] } },
    {},
  ],
  exclusive: [z.xor([z.object({ a: z.string() }), z.object({ b: z.string() })]), { a: '' }, {}],
} satisfies Rows

const queries = {
  number: [z.number().optional(), 5, 'a'],
  coerced: [z.coerce.number().int(), 5, 'five'],
  list: [z.array(z.number()), [1, 2], ['a']],
  options: [z.union([z.literal('all'), z.number()]), 'all', 'none'],
  several: [z.array(z.enum(['a', 'b'])).or(z.enum(['a', 'b'])), ['a', 'b'], ['c']],
  boolean: [z.boolean().default(false), true, 'yes'],
  defaulted: [z.coerce.date().optional(), '2026-01-02T03:04:05.000Z', '2026'],
  record: [z.record(z.string(), z.string()), { a: 'b' }, undefined],
  pair: [z.tuple([z.string(), z.number()]), ['a', 1], ['a']],
  maybe: [z.string().nullish(), 'a', undefined],
} satisfies Rows

type Made = ReturnType<typeof body>
const mapped = (rows: Rows, make: (schema: Schema) => unknown) =>
  Object.fromEntries(
    Object.entries(rows).map(([name, [schema]]) => [name, make(schema)]),
  ) as Record<string, Made>

/** Where what comes out is not what went in. */
const CHANGED: Readonly<Record<string, unknown>> = {
  'fields.stringbool': { v: true },
  'fields.codec': { v: 5 },
}
const samplesOf = (group: string, rows: Rows, wrap: (value: unknown) => unknown) =>
  Object.fromEntries(
    Object.entries(rows).map(([name, [, fits, unfit]]): [string, Sample] => {
      const path = `${group}.${name}`
      const send = wrap(fits)
      const refused = unfit === undefined ? {} : { unfit: [wrap(unfit)] }
      return [path, { send, answer: CHANGED[path] ?? send, ...refused }]
    }),
  )
const inField = (v: unknown) => ({ v })

const router = t.mergeRouters(
  t.router({
    traces,
    bodies: t.router(mapped(bodies, body)),
    fields: t.router(mapped(fields, field)),
    queries: t.router(mapped(queries, query as never)),
  }),
  t.router({
    ticks: t.procedure.subscription(async function* () {
      yield await Promise.resolve(1)
    }),
  }),
)

const sent = {
  projectId: 'p',
  page: 0,
  limit: 10,
  orderBy: null,
  filter: [
    { type: 'datetime', column: 'at', operator: '>', value: '2026-01-02T03:04:05.000Z' },
    { type: 'null', column: 'user', value: '' },
  ],
}

export const traced: App = {
  router,
  hybrid: createHybrid({
    router,
    info: { title: 'Traces', version: '3.0.0' },
    missingOutput: 'any',
    securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'session' } },
    defaultMeta: (path) => ({
      openapi: {
        method: /^queries|infinite|offset/.test(path) ? 'GET' : 'POST',
        path: `/api/${path.replaceAll('.', '/')}` as '/',
        tags: ['Traces'],
        summary: path,
      },
    }),
  }),
  samples: {
    'traces.all': {
      guarded: true,
      send: sent,
      answer: sent,
      unfit: [
        { ...sent, limit: 0 },
        { ...sent, orderBy: undefined },
        { ...sent, filter: [{ type: 'other' }] },
      ],
    },
    'traces.infinite': {
      send: { cursor: 'c', limit: 5 },
      answer: { items: [1], nextCursor: 'c' },
      unfit: [{ limit: 0 }],
    },
    'traces.offset': { send: { cursor: 20 }, answer: { cursor: 20 }, unfit: [{ direction: 'up' }] },
    'traces.score': {
      guarded: true,
      send: { projectId: 'p', traceId: 't', value: 0.5, configId: 'c' },
      answer: 0.5,
      unfit: [{ projectId: 'p', traceId: 't' }],
    },
    ...samplesOf('bodies', bodies, (value) => value),
    ...samplesOf('fields', fields, inField),
    ...samplesOf('queries', queries, inField),
  },
}
