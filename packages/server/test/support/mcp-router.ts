import { setTimeout as delay } from 'node:timers/promises'
import { FeatureError } from 'trpc-hybrid'
import { z } from 'zod'
import { protectedProcedure, publicProcedure, requirePermissions, router } from './trpc.ts'

const Report = z.object({ id: z.string(), made: z.date() }).meta({ id: 'Report' })

/** What the procedures saw. */
export const seen = { started: false, aborted: false, deleted: [] as string[] }

/** Procedures that are tools, of every kind. */
export const toolRouter = router({
  hello: publicProcedure
    .meta({
      mcp: { title: 'Greet', description: 'Says hello.' },
      openapi: { method: 'GET', path: '/api/hello' },
    })
    .input(z.object({ name: z.string().max(20), since: z.date().optional() }))
    .output(z.object({ text: z.string() }))
    .query(({ input: { name, since } }) => ({
      text: `Hello ${name}${since ? ` since ${String(since.getUTCFullYear())}` : ''}`,
    })),
  reports: router({
    latest: protectedProcedure
      .meta({
        mcp: true,
        openapi: { method: 'GET', path: '/api/reports/latest', summary: 'Read the latest report' },
      })
      .output(Report)
      .query(() => ({ id: 'r1', made: new Date(0) })),
    ids: protectedProcedure
      .meta({ mcp: true })
      .output(z.array(z.string()))
      .query(() => ['r1', 'r2']),
    remove: protectedProcedure
      .use(requirePermissions('delete:reports'))
      .meta({ mcp: true, openapi: { method: 'DELETE', path: '/api/reports/{id}' } })
      .input(z.object({ id: z.string() }))
      .output(z.void())
      .mutation(({ input }) => void seen.deleted.push(input.id)),
    rename: publicProcedure
      .meta({
        mcp: { name: 'rename-report' },
        openapi: { method: 'PUT', path: '/api/reports/{id}' },
      })
      .input(z.object({ id: z.string() }))
      .output(z.object({ id: z.string() }))
      .mutation(() => {
        throw new FeatureError('conflict', 'A report of this name is there already')
      }),
  }),
  bug: publicProcedure
    .meta({ mcp: true })
    .output(z.object({}))
    .mutation(() => {
      throw new Error('the password is secret')
    }),
  wrong: publicProcedure
    .meta({ mcp: true })
    .output(z.object({ text: z.string() }))
    .query(() => ({ text: 7 as unknown as string })),
  slow: publicProcedure
    .meta({ mcp: true })
    .output(z.object({}))
    .query(async ({ signal }) => {
      signal?.addEventListener('abort', () => (seen.aborted = true))
      seen.started = true
      await delay(2_000, undefined, { signal })
      return {}
    }),
  hidden: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/hidden' } })
    .output(z.object({}))
    .query(() => ({})),
})
