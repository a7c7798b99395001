/** A tRPC router as trpc-to-openapi takes it: the examples put it into apps of several kinds. */
import { initTRPC, TRPCError } from '@trpc/server'
import type { OpenApiMeta } from 'trpc-hybrid/trpc-to-openapi'
import { z } from 'zod'

export interface Context {
  readonly user: string | undefined
}

const t = initTRPC.context<Context>().meta<OpenApiMeta>().create()

const signedIn = t.procedure.use(({ ctx, next }) => {
  if (ctx.user === undefined)
    throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first' })
  return next({ ctx: { user: ctx.user } })
})

export const reportsRouter = t.router({
  reportById: signedIn
    .meta({ openapi: { method: 'GET', path: '/reports/{id}', protect: true } })
    .input(z.object({ id: z.number() }))
    .output(z.object({ id: z.number(), reader: z.string() }))
    .query(({ input, ctx }) => ({ id: input.id, reader: ctx.user })),
})
