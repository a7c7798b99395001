/** How many procedures a feature has. */
export const PER_FEATURE = 10

/**
 * The source of one feature of a large app: procedures of the kinds that apps have. They are lists, bodies, parameters
 * in the path and in the query, unions and answers without a body, behind each of the three chains.
 *
 * @param name of the feature in the router, such as `part7`
 * @param count how many procedures it has, ten at most
 */
export function writeFeature(name: string, count: number): string {
  const type = name.replace(/^./, (letter) => letter.toUpperCase())
  const path = `/api/${name}`
  return `import { z } from 'zod'
import { adminProcedure, protectedProcedure, publicProcedure, router } from '../trpc.ts'

const ${type} = z
  .object({
    id: z.string(),
    title: z.string().max(200),
    state: z.enum(['draft', 'open', 'closed']),
    amount: z.number(),
    tags: z.array(z.string()),
    owner: z.object({ id: z.string(), name: z.string() }),
    createdAt: z.iso.datetime(),
    note: z.string().nullable(),
  })
  .meta({ id: '${type}', description: 'One of ${name}.' })

const New${type} = z.object({
  title: z.string().min(1).max(200),
  amount: z.number().nonnegative(),
  tags: z.array(z.string()).max(20).default([]),
  note: z.string().nullable().optional(),
})
const Id = z.object({ id: z.string() })
const Page = z.object({
  limit: z.number().int().min(1).max(100).default(20),
  cursor: z.string().optional(),
  state: z.enum(['draft', 'open', 'closed']).optional(),
})
const List = z.object({ items: z.array(${type}), next: z.string().nullable() })
const Event = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('created'), at: z.iso.datetime(), by: z.string() }),
  z.object({ kind: z.literal('renamed'), at: z.iso.datetime(), title: z.string() }),
  z.object({ kind: z.literal('closed'), at: z.iso.datetime(), reason: z.string().optional() }),
])

const one = (id: string): z.output<typeof ${type}> => ({
  id,
  title: 'A title',
  state: 'open',
  amount: 12.5,
  tags: ['red'],
  owner: { id: 'u1', name: 'Ada' },
  createdAt: '2026-01-01T00:00:00.000Z',
  note: null,
})

export const ${name}Router = router({
${proceduresOf({ name, type, path }).slice(0, count).join('\n')}
})
`
}

interface Feature {
  readonly name: string
  readonly type: string
  readonly path: string
}

const proceduresOf = ({ name, type, path }: Feature): readonly string[] => [
  `  count: publicProcedure
    .meta({ openapi: { method: 'GET', path: '${path}/count', tags: ['${type}'] } })
    .output(z.object({ count: z.number() }))
    .query(() => ({ count: 1 })),`,
  `  list: publicProcedure
    .meta({ openapi: { method: 'GET', path: '${path}', tags: ['${type}'], summary: 'List ${name}' } })
    .input(Page)
    .output(List)
    .query(({ input }) => ({ items: [one(input.cursor ?? '1')], next: null })),`,
  `  byId: protectedProcedure
    .meta({ openapi: { method: 'GET', path: '${path}/{id}', tags: ['${type}'], summary: 'Read one' } })
    .input(Id)
    .output(${type})
    .query(({ input }) => one(input.id)),`,
  `  add: protectedProcedure
    .meta({ openapi: { method: 'POST', path: '${path}', tags: ['${type}'], successStatus: 201 } })
    .input(New${type})
    .output(${type})
    .mutation(({ input }) => ({ ...one('2'), ...input, note: input.note ?? null })),`,
  `  change: protectedProcedure
    .meta({ openapi: { method: 'PATCH', path: '${path}/{id}', tags: ['${type}'] } })
    .input(Id.extend(New${type}.partial().shape))
    .output(${type})
    .mutation(({ input }) => one(input.id)),`,
  `  remove: adminProcedure
    .meta({ openapi: { method: 'DELETE', path: '${path}/{id}', tags: ['${type}'] } })
    .input(Id)
    .output(z.void())
    .mutation(() => undefined),`,
  `  addMany: adminProcedure
    .meta({ openapi: { method: 'POST', path: '${path}/many', tags: ['${type}'] } })
    .input(z.object({ items: z.array(New${type}).max(100), dryRun: z.boolean().default(false) }))
    .output(z.object({ added: z.number().int() }))
    .mutation(({ input }) => ({ added: input.items.length })),`,
  `  events: protectedProcedure
    .meta({ openapi: { method: 'GET', path: '${path}/{id}/events', tags: ['${type}'] } })
    .input(Id.extend({ since: z.date().optional() }))
    .output(z.array(Event))
    .query(() => []),`,
  `  record: protectedProcedure
    .meta({ openapi: { method: 'POST', path: '${path}/{id}/events', tags: ['${type}'] } })
    .input(z.object({ id: z.string(), event: Event }))
    .output(Event)
    .mutation(({ input }) => input.event),`,
  `  totals: adminProcedure
    .meta({ openapi: { method: 'GET', path: '${path}/totals', tags: ['${type}'] } })
    .input(z.object({ from: z.date().optional(), to: z.date().optional() }))
    .output(z.object({ byState: z.record(z.string(), z.number()), total: z.number() }))
    .query(() => ({ byState: { open: 1 }, total: 1 })),`,
]
