import { initTRPC, TRPCError } from '@trpc/server'
import superjson from 'superjson'
import { z } from 'zod'
import { createHybrid, FeatureError, type HybridMeta } from 'trpc-hybrid'

// Also copied into apps outside of this repository: nothing of the tests is imported here.

/** A context of an app's own: nothing of ours is in it. */
export interface ShopContext {
  readonly user: string | undefined
}

const t = initTRPC.context<ShopContext>().meta<HybridMeta>().create({ transformer: superjson })

/** A guard of the app's own. */
const signedIn = t.procedure.use(({ ctx, next }) => {
  if (ctx.user === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'secret text' })
  return next({ ctx: { user: ctx.user } })
})

const Item = z.object({ id: z.string(), price: z.number() })

/** A router that was written without us. */
export const shopRouter = t.router({
  items: t.router({
    byId: t.procedure
      .meta({ openapi: { method: 'GET', path: '/items/{id}' } })
      .input(z.object({ id: z.string(), price: z.number().default(1) }))
      .output(Item)
      .query(({ input }) => input),
    add: t.procedure
      .meta({ openapi: { method: 'POST', path: '/items', successStatus: 201 } })
      .input(Item)
      .output(Item)
      .mutation(({ input }) => {
        if (input.id === 'taken') throw new FeatureError('conflict', 'There is one already')
        return input
      }),
    broken: t.procedure
      .meta({ openapi: { method: 'GET', path: '/broken' } })
      .output(z.string())
      .query((): string => {
        throw new Error('secret text')
      }),
  }),
  mine: signedIn
    .meta({ openapi: { method: 'GET', path: '/mine' } })
    .output(z.object({ user: z.string() }))
    .query(({ ctx }) => ({ user: ctx.user })),
  ticks: t.procedure.subscription(async function* () {
    for (const tick of [1, 2, 3]) yield await Promise.resolve(tick)
  }),
  later: t.procedure.query(() => ({ now: 1, later: Promise.resolve(2) })),
})

export type ShopRouter = typeof shopRouter

export const createShop = (paths: { rpcPath?: string; restPath?: string } = {}) =>
  createHybrid({ router: shopRouter, info: { title: 'Shop', version: '1.0.0' }, ...paths })

/** Who calls, as this app believes it. */
export const userOf = (header: string | string[] | null | undefined) => ({
  user: typeof header === 'string' ? header : undefined,
})
