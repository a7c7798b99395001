/* eslint-disable @typescript-eslint/no-deprecated -- apps that exist use what zod would have them replace */
import { initTRPC, lazy, TRPCError } from '@trpc/server'
import superjson from 'superjson'
import { z } from 'zod'
import { createHybrid, loadRouter, type HybridMeta } from 'trpc-hybrid'
import type { App, Caller } from './app.ts'

// An app with superjson, whose metas were written for trpc-to-openapi: `protect: true` beside middlewares of its
// own, that take a session or a key.

const t = initTRPC.context<Caller>().meta<HybridMeta>().create({ transformer: superjson })

const authenticated = t.procedure.use(({ ctx, next }) => {
  const by = ctx.user ?? ctx.key
  if (by === undefined) {
    throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Invalid session or API token' })
  }
  return next({ ctx: { by } })
})

type Meta = NonNullable<HybridMeta['openapi']>
const route = (method: Meta['method'], path: Meta['path'], more: Partial<Meta> = {}) => ({
  openapi: { method, path, tags: ['Signing'], summary: `${method} ${path}`, ...more },
})
const guardedRoute = (method: Meta['method'], path: Meta['path']) =>
  route(method, path, { protect: true })

const Role = { Signer: 'SIGNER', Viewer: 'VIEWER' } as const
const STATUS = { Draft: 'DRAFT', Pending: 'PENDING' } as const

const Recipient = z.object({
  id: z.number(),
  email: z.string().toLowerCase().email().min(1),
  role: z.nativeEnum(Role),
  signedAt: z.date().nullable(),
  signingOrder: z.number().nullish(),
})
const Envelope = z
  .object({
    id: z.string(),
    status: z.nativeEnum(STATUS),
    title: z.string(),
    createdAt: z.date(),
    recipients: Recipient.array(),
    meta: z.record(z.string(), z.any()).nullable(),
  })
  .meta({ id: 'Envelope' })
const Page = z.object({ page: z.number(), perPage: z.number(), total: z.number() })

const envelope = {
  id: 'e1',
  status: STATUS.Draft,
  title: 'Contract',
  createdAt: new Date(0),
  recipients: [{ id: 1, email: 'a@example.com', role: Role.Signer, signedAt: null }],
  meta: { anything: [1] },
}
const envelopeJson = JSON.parse(JSON.stringify(envelope)) as object

const Search = z.object({
  query: z.string().describe('What is searched for').optional(),
  page: z.coerce.number().min(1).optional().default(1),
  perPage: z.coerce.number().min(1).max(100).optional(),
  orderByDirection: z.enum(['asc', 'desc']).default('desc'),
  status: z.nativeEnum(STATUS).array().optional(),
})

const envelopes = t.router({
  find: authenticated
    .meta(guardedRoute('GET', '/envelope'))
    .input(Search)
    .output(Page.extend({ data: Envelope.array() }))
    .query(({ input }) => ({ page: input.page, perPage: 10, total: 1, data: [envelope] })),
  get: authenticated
    .meta(guardedRoute('GET', '/envelope/{envelopeId}'))
    .input(z.object({ envelopeId: z.string() }))
    .output(Envelope)
    .query(() => envelope),
  create: authenticated
    .meta(guardedRoute('POST', '/envelope/create'))
    .input(
      z.object({
        title: z.string().trim().min(1).max(255),
        externalId: z.string().optional(),
        visibility: z.enum(['everyone', 'admin']).optional(),
        expiresAt: z.date().optional(),
        recipients: z
          .array(Recipient.pick({ email: true, role: true }))
          .refine((all) => new Set(all.map(({ email }) => email)).size === all.length, {
            message: 'Recipients must have unique emails',
          })
          .optional(),
      }),
    )
    .output(z.object({ title: z.string(), expiresAt: z.date().nullish(), by: z.string() }))
    .mutation(({ input, ctx }) => ({ ...input, by: ctx.by })),
  update: authenticated
    .meta(guardedRoute('PATCH', '/envelope/{envelopeId}'))
    .input(
      z.object({
        envelopeId: z.string(),
        data: z.object({
          title: z.string().optional(),
          visibility: z.literal('everyone').nullish(),
        }),
      }),
    )
    .output(z.object({ id: z.string() }).nullish())
    .mutation(({ input }) =>
      input.data.title === undefined ? undefined : { id: input.envelopeId },
    ),
  remove: authenticated
    .meta(guardedRoute('DELETE', '/envelope/{envelopeId}'))
    .input(z.object({ envelopeId: z.string() }))
    .output(z.void())
    .mutation(() => undefined),
  download: t.procedure
    .meta(route('GET', '/envelope/{envelopeId}/download'))
    .input(
      z.object({
        envelopeId: z.string(),
        version: z.enum(['original', 'signed']).default('signed'),
      }),
    )
    .output(z.object({ url: z.string(), at: z.date().or(z.string()) }))
    .query(({ input }) => ({ url: `https://files.test/${input.version}`, at: new Date(0) })),
})

const FieldMeta = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('text'),
    text: z.string().optional(),
    readOnly: z.boolean().optional(),
  }),
  z.object({
    type: z.literal('number'),
    minValue: z.coerce.number().nullish(),
    format: z.string().nullish(),
  }),
  z.object({ type: z.literal('checkbox'), values: z.array(z.object({ id: z.number() })) }),
])
const FieldAndMeta = z.union([
  z.object({ kind: z.literal('TEXT'), fieldMeta: FieldMeta.optional() }),
  z.object({ kind: z.literal('SIGNATURE'), fieldMeta: z.undefined().optional() }),
  z.object({ kind: z.literal('NONE'), fieldMeta: z.never().optional() }),
])

const fields = t.router({
  create: authenticated
    .meta(guardedRoute('POST', '/envelope/field'))
    .input(
      z.object({
        envelopeId: z.string(),
        field: FieldAndMeta.and(
          z.object({
            pageNumber: z.number().min(1),
            positionX: z.number().min(0).max(100),
            recipientId: z.number(),
          }),
        ),
      }),
    )
    .output(z.object({ kind: z.string(), secondaryId: z.string().optional() }))
    .mutation(({ input }) => ({ kind: input.field.kind })),
  createMany: authenticated
    .meta(guardedRoute('POST', '/envelope/field/many'))
    .input(z.array(FieldAndMeta))
    .output(z.array(z.union([z.string(), z.undefined(), z.string()])))
    .mutation(({ input }) => input.map(({ kind }) => kind)),
  value: authenticated
    .meta(guardedRoute('POST', '/envelope/field/value'))
    .input(
      z.object({
        value: z.union([z.string(), z.undefined(), z.string(), z.number(), z.boolean(), z.null()]),
      }),
    )
    .output(
      z.object({ value: z.union([z.string(), z.number(), z.boolean(), z.string(), z.null()]) }),
    )
    .mutation(({ input }) => ({ value: input.value ?? null })),
})

const tokens = t.router({
  rotate: authenticated
    .meta(guardedRoute('POST', '/token'))
    .input(
      z.object({
        name: z.string().regex(/^[^\u{0080}-\u{FFFF}]+$/u),
        expires: z
          .string()
          .regex(/^\d+ (day|week)s?$/im)
          .nullable(),
        note: z.string().regex(/^a.b$/s).optional(),
        dashed: z
          .string()
          .regex(/^[\w-.]+$/)
          .optional(),
      }),
    )
    .output(z.object({ name: z.string().regex(/^[A-Z]+$/i), expires: z.string().nullable() }))
    .mutation(({ input }) => ({ name: input.name, expires: input.expires })),
  uses: authenticated
    .meta(guardedRoute('GET', '/token/{id}/uses'))
    .input(z.object({ id: z.bigint(), since: z.date().optional() }))
    .output(z.object({ id: z.string(), since: z.string().optional() }))
    .query(({ input }) => ({ id: String(input.id), since: input.since?.toISOString() })),
})

/** Only a transformer can send these, so they have no route. */
const stats = t.router({
  count: authenticated
    .input(z.object({ ids: z.set(z.string()), by: z.map(z.string(), z.date()) }))
    .output(z.map(z.string(), z.number()))
    .query(({ input }) => new Map([...input.ids].map((id) => [id, input.by.size]))),
  last: t.procedure.input(z.date().optional()).query(({ input }) => ({ at: input, n: 5n })),
})

const router = await loadRouter(
  t.router({
    stats,
    envelopes,
    fields,
    tokens: lazy(() => Promise.resolve(tokens)),
  }),
)

export const signing: App = {
  router,
  transformer: 'superjson',
  hybrid: createHybrid({
    router,
    info: { title: 'Signing', version: '2.0.0' },
    restPath: '/api/v2',
    exposeTrpcMessages: true,
    trustProtect: true,
    securitySchemes: {
      apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      session: { type: 'apiKey', in: 'cookie', name: 'session' },
    },
  }),
  samples: {
    'envelopes.find': {
      guarded: true,
      send: { query: 'a b&c', page: 2, status: ['DRAFT', 'PENDING'] },
      answer: { page: 2, perPage: 10, total: 1, data: [envelopeJson] },
      unfit: [{ page: 0 }, { status: ['GONE'] }, { orderByDirection: 'up' }],
    },
    'envelopes.get': { guarded: true, send: { envelopeId: 'e/1 ü' }, answer: envelopeJson },
    'envelopes.create': {
      guarded: true,
      send: {
        title: ' Contract ',
        expiresAt: new Date(0),
        recipients: [{ email: 'A@Example.com', role: 'SIGNER' }],
      },
      answer: { title: 'Contract', expiresAt: '1970-01-01T00:00:00.000Z', by: 'ann' },
      unfit: [
        { title: ' ' },
        { title: 'a', expiresAt: 'tomorrow' },
        { title: 'a', recipients: [{ email: 'a', role: 'SIGNER' }] },
        { title: 'a', recipients: [1, 2].map(() => ({ email: 'a@b.test', role: 'VIEWER' })) },
      ],
    },
    'envelopes.update': {
      guarded: true,
      send: { envelopeId: 'e1', data: { visibility: null } },
      answer: null,
      unfit: [{ envelopeId: 'e1', data: { title: 1 } }, { envelopeId: 'e1' }],
    },
    'envelopes.remove': { guarded: true, send: { envelopeId: 'e1' }, answer: null },
    'envelopes.download': {
      send: { envelopeId: 'e1', version: 'original' },
      answer: { url: 'https://files.test/original', at: '1970-01-01T00:00:00.000Z' },
      unfit: [{ envelopeId: 'e1', version: 'none' }],
    },
    'fields.create': {
      guarded: true,
      send: {
        envelopeId: 'e1',
        field: { kind: 'SIGNATURE', pageNumber: 1, positionX: 5, recipientId: 1 },
      },
      answer: { kind: 'SIGNATURE' },
      unfit: [
        { envelopeId: 'e1', field: { kind: 'SIGNATURE', pageNumber: 1 } },
        {
          envelopeId: 'e1',
          field: { kind: 'NONE', fieldMeta: 1, pageNumber: 1, positionX: 5, recipientId: 1 },
        },
      ],
    },
    'fields.createMany': {
      guarded: true,
      send: [{ kind: 'TEXT', fieldMeta: { type: 'number', minValue: 3 } }, { kind: 'SIGNATURE' }],
      answer: ['TEXT', 'SIGNATURE'],
      unfit: [[{ kind: 'TEXT', fieldMeta: { type: 'other' } }]],
    },
    'fields.value': {
      guarded: true,
      send: { value: null },
      answer: { value: null },
      unfit: [{ value: [] }],
    },
    'stats.count': {
      guarded: true,
      send: { ids: new Set(['a']), by: new Map([['a', new Date(0)]]) },
      answer: {},
      unfit: [{ ids: ['a'], by: {} }],
    },
    'stats.last': {
      send: new Date(0),
      answer: { at: '1970-01-01T00:00:00.000Z', n: '5' },
      unfit: ['yesterday'],
    },
    'tokens.rotate': {
      guarded: true,
      send: { name: 'Abc', expires: '3 DAYS', note: 'a\nb', dashed: 'a-b.c' },
      answer: { name: 'Abc', expires: '3 DAYS' },
      unfit: [
        { name: 'ü', expires: null },
        { name: 'a', expires: 'soon' },
      ],
    },
    'tokens.uses': {
      guarded: true,
      send: { id: 9007199254740993n, since: new Date(0) },
      answer: { id: '9007199254740993', since: '1970-01-01T00:00:00.000Z' },
    },
  },
}
