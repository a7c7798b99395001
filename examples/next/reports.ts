/** A procedure for whoever is signed in. */
import type { AccessToken } from '@trpc-hybrid/access-token'
import { initTRPC } from '@trpc/server'
import { createGuard, createHybrid, type HybridMeta } from 'trpc-hybrid'
import { z } from 'zod'

interface Context {
  readonly authenticate: () => Promise<AccessToken>
}
const t = initTRPC.context<Context>().meta<HybridMeta>().create()
const signedIn = createGuard(async (ctx: Context) => ({ token: await ctx.authenticate() }))

const router = t.router({
  report: t.procedure
    .use(signedIn)
    .meta({ openapi: { method: 'GET', path: '/reports/{id}' } })
    .input(z.object({ id: z.number() }))
    .output(z.object({ id: z.number(), reader: z.string().optional() }))
    .query(({ input, ctx }) => ({ id: input.id, reader: ctx.token.subject })),
})

const info = { title: 'Reports', version: '1.0.0' }
export const hybrid = createHybrid({ router, info, restPath: '/api', rpcPath: '/api/trpc' })
