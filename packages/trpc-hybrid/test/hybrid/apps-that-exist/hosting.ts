import { initTRPC, TRPCError, type AnyProcedure } from '@trpc/server'
import { z } from 'zod'
import { createHybrid } from 'trpc-hybrid'
import type { App, Caller, Sample } from './app.ts'

// An app with neither outputs nor meta, whose sessions are checked by a middleware of its own.

const t = initTRPC.context<Caller>().create()

const isSignedIn = t.middleware(({ ctx, next }) => {
  if (ctx.user === undefined) throw new TRPCError({ code: 'UNAUTHORIZED' })
  return next({ ctx: { user: ctx.user } })
})
const publicProcedure = t.procedure
const protectedProcedure = t.procedure.use(isSignedIn)

const Source = z.enum(['git', 'docker', 'upload'])
const Service = z.object({
  serviceId: z.string(),
  name: z.string().min(1),
  appName: z.string().regex(/^[a-z][a-z0-9-]*$/i),
  env: z.string().nullable(),
  source: Source,
  replicas: z.number().int().min(0),
  memory: z.string().optional(),
  mounts: z.array(z.object({ host: z.string(), target: z.string() })),
  labels: z.record(z.string(), z.string()).nullish(),
})
const apiCreate = Service.pick({ name: true, appName: true }).extend({
  description: z.string().nullish(),
})
const apiUpdate = Service.partial()
  .extend({ serviceId: z.string().min(1) })
  .omit({ mounts: true })

const services = t.router({
  all: protectedProcedure.query(() => [{ serviceId: 's1', name: 'web' }]),
  one: protectedProcedure
    .input(Service.pick({ serviceId: true }))
    .query(({ input }) => ({ ...input, env: null, deployedAt: new Date(0) })),
  create: protectedProcedure
    .input(apiCreate)
    .mutation(({ input, ctx }) => ({ ...input, owner: ctx.user })),
  update: protectedProcedure.input(apiUpdate).mutation(({ input }) => input),
  remove: protectedProcedure.input(z.object({ serviceId: z.string() })).mutation(() => true),
  start: protectedProcedure
    .input(z.object({ serviceId: z.string() }).required())
    .mutation(() => undefined),
  logs: protectedProcedure
    .input(
      z.object({
        serviceId: z.string(),
        tail: z.number().default(100),
        since: z
          .string()
          .regex(/^(all|\d+[smhd])$/)
          .optional(),
        follow: z.boolean().optional(),
      }),
    )
    .query(({ input }) => input),
  saveEnvironment: protectedProcedure
    .input(
      z.object({
        serviceId: z.string(),
        env: z
          .string()
          .nullable()
          .transform((text) => (text ?? '').split('\n').filter(Boolean)),
      }),
    )
    .mutation(({ input }) => input.env),
  search: protectedProcedure
    .input(
      z
        .object({
          q: z.string().optional(),
          filter: z
            .object({ status: z.enum(['open', 'done']), tags: z.array(z.string()).optional() })
            .optional(),
          limit: z.number().min(1).max(100).default(20),
        })
        .optional(),
    )
    .query(({ input }) => input ?? null),
})

const domains = t.router({
  create: protectedProcedure
    .input(
      z
        .object({
          host: z.string().min(1),
          https: z.boolean().optional(),
          port: z.number().min(1).max(65535).optional(),
          certificate: z.enum(['letsencrypt', 'none', 'custom']),
          resolver: z.string().optional(),
        })
        .superRefine((domain, ctx) => {
          if (domain.certificate === 'custom' && !domain.resolver) {
            ctx.addIssue({ code: 'custom', path: ['resolver'], message: 'Required' })
          }
        }),
    )
    .mutation(({ input }) => input.host),
  match: publicProcedure
    .input(z.object({ host: z.string().refine((host) => !host.includes(' ')) }))
    .query(({ input }) => input.host),
})

const notifications = t.router({
  create: protectedProcedure
    .input(
      z.discriminatedUnion('type', [
        z.object({ type: z.literal('slack'), webhook: z.url(), channel: z.string() }),
        z.object({
          type: z.literal('email'),
          port: z.number(),
          to: z.array(z.email()).min(1),
        }),
      ]),
    )
    .mutation(({ input }) => input.type),
  reorder: protectedProcedure
    .input(z.array(z.object({ id: z.string(), order: z.number() })))
    .mutation(({ input }) => input.length),
  flags: protectedProcedure
    .input(z.record(z.string(), z.boolean()))
    .mutation(({ input }) => Object.keys(input)),
})

const settings = t.router({
  health: publicProcedure.query(() => ({ ok: true })),
  version: publicProcedure.query(() => '1.2.3'),
  set: protectedProcedure
    .input(z.object({ key: z.string(), value: z.any() }))
    .mutation(({ input }) => input),
  nothing: publicProcedure.input(z.void()).query(() => 'nothing'),
  absent: publicProcedure.input(z.undefined()).query(() => 'absent'),
})

const router = t.router({
  services,
  nested: t.router({ deep: t.router({ domains }) }),
  notifications,
  settings,
})

const chainOf = (procedure: AnyProcedure) =>
  (procedure._def as unknown as { middlewares: readonly unknown[] }).middlewares
const [sessionStep] = chainOf(protectedProcedure.query(() => 1))

const service = { serviceId: 's1' }
const guarded: Record<string, Sample> = {
  'services.all': { answer: [{ serviceId: 's1', name: 'web' }] },
  'services.one': {
    send: service,
    answer: { serviceId: 's1', env: null, deployedAt: '1970-01-01T00:00:00.000Z' },
    unfit: [{}],
  },
  'services.create': {
    send: { name: 'a', appName: 'Web-1', description: null },
    answer: { name: 'a', appName: 'Web-1', description: null, owner: 'ann' },
    unfit: [{ name: 'a', appName: '1' }, { appName: 'a' }, [], 'a', null],
  },
  'services.update': {
    send: { ...service, replicas: 2, labels: null, env: null },
    answer: { ...service, replicas: 2, labels: null, env: null },
    unfit: [{ replicas: 2 }, { ...service, replicas: 1.5 }],
  },
  'services.remove': { send: service, answer: true },
  'services.start': { send: service, answer: null },
  'services.logs': {
    send: { ...service, tail: 5, since: '10m', follow: false },
    answer: { ...service, tail: 5, since: '10m', follow: false },
    unfit: [{ ...service, since: 'x' }],
  },
  'services.saveEnvironment': {
    send: { ...service, env: 'A=1\nB=2\n' },
    answer: ['A=1', 'B=2'],
  },
  'services.search': {
    send: { filter: { status: 'open', tags: ['a', 'b'] }, limit: 3 },
    answer: { filter: { status: 'open', tags: ['a', 'b'] }, limit: 3 },
    unfit: [{ filter: { status: 'other' } }, { limit: 0 }],
  },
  'nested.deep.domains.create': {
    send: { host: 'a.test', certificate: 'custom', resolver: 'dns', port: 80 },
    answer: 'a.test',
    unfit: [{ host: 'a.test', certificate: 'custom' }],
  },
  'notifications.create': {
    send: { type: 'email', port: 25, to: ['a@example.com'] },
    answer: 'email',
    unfit: [{ type: 'email', port: 25, to: [] }, { type: 'sms' }, { type: 'slack', webhook: 'x' }],
  },
  'notifications.reorder': {
    send: [{ id: 'a', order: 1 }],
    answer: 1,
    unfit: [{ id: 'a', order: 1 }, [{ id: 'a' }]],
  },
  'notifications.flags': { send: { a: true, b: false }, answer: ['a', 'b'], unfit: [{ a: 1 }] },
  'settings.set': {
    send: { key: 'a', value: { b: [1, null] } },
    answer: { key: 'a', value: { b: [1, null] } },
  },
}

export const hosting: App = {
  router,
  hybrid: createHybrid({
    router,
    info: { title: 'Hosting', version: '1.0.0' },
    missingOutput: 'any',
    exposeTrpcMessages: true,
    defaultMeta: (path, { _def }) => ({
      openapi: {
        method: _def.type === 'query' ? 'GET' : 'POST',
        path: `/api/${path}`,
        tags: [path.split('.')[0] ?? ''],
        summary: path,
      },
    }),
    securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'session' } },
    securityOf: (procedure) =>
      chainOf(procedure).includes(sessionStep) ? [{ session: [] }] : undefined,
  }),
  samples: {
    ...Object.fromEntries(
      Object.entries(guarded).map(([name, sample]) => [name, { ...sample, guarded: true }]),
    ),
    'nested.deep.domains.match': {
      send: { host: 'a.test' },
      answer: 'a.test',
      unfit: [{ host: 'a b' }],
    },
    'settings.health': { answer: { ok: true } },
    'settings.version': { answer: '1.2.3' },
    'settings.nothing': { answer: 'nothing' },
    'settings.absent': { answer: 'absent' },
  },
}
