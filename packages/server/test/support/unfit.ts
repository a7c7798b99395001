import { z } from 'zod'
import { publicProcedure, router } from './trpc.ts'
import type { TestIssuer } from './issuer.ts'
import { startTestServer } from './server.ts'

export const Out = z.object({ ok: z.boolean() })
export const ok = () => ({ ok: true })

type Openapi = NonNullable<NonNullable<Parameters<(typeof publicProcedure)['meta']>[0]>['openapi']>
export const procedure = (openapi: Partial<Openapi> & { path: `/${string}` }) =>
  publicProcedure.meta({ openapi: { method: 'GET', ...openapi } })
export const get = (path: `/${string}`) => procedure({ path }).output(Out).query(ok)
export const withInput = (path: `/${string}`, input: z.ZodType) =>
  procedure({ path }).input(input).output(Out).query(ok)

export type Procedures = Parameters<typeof router>[0]

/** What stops the start of a server, whose router has this. */
export async function problemsOf(issuer: TestIssuer, items: Procedures): Promise<string> {
  try {
    const server = await startTestServer({ issuer, router: router({ items: router(items) }) })
    await server.close()
    return 'none'
  } catch (error) {
    return (error as Error).message
  }
}
