import { initTRPC } from '@trpc/server'
import { apiDefaults, around, createGuard, FeatureError } from '@trpc-hybrid/server'
import { requirePermissions, requireToken } from '@trpc-hybrid/server'
import type { AccessToken, ApiContext, ApiMeta } from '@trpc-hybrid/server'
import type { Db } from './database/database.ts'

const t = initTRPC.context<ApiContext>().meta<ApiMeta>().create(apiDefaults)

export const { router, procedure: publicProcedure } = t

/** Who works on everybody's tickets has this permission. */
const AGENT = 'work:tickets'

/** Whoever has signed in. */
export type User = Readonly<{ id: string; isAgent: boolean }>

const asUser = createGuard(({ token }: { token: AccessToken }) => {
  const { subject: id, permissions } = token
  if (id === undefined) throw new FeatureError('forbidden', 'This token is for no user')
  return { user: { id, isAgent: permissions.has(AGENT) } }
})
export const userProcedure = publicProcedure.use(requireToken()).use(asUser)
export const agentProcedure = userProcedure.use(requirePermissions(AGENT))

/** Runs a procedure in a transaction, `ctx.tx`, which is rolled back where it throws. */
export const inTransaction = (db: Db) =>
  around((run) => db.transaction().execute((tx) => run({ ctx: { tx } })))

type Rest = NonNullable<ApiMeta['openapi']>

/** A route, by its method and path, such as `GET /api/v2/tickets`. */
export function rest(route: string, summary: string, more: Partial<Rest> = {}): ApiMeta {
  const [method, path] = route.split(' ') as [Rest['method'], Rest['path']]
  return { openapi: { method, path, summary, ...more } }
}
