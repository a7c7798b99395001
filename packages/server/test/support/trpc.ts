import { initTRPC } from '@trpc/server'
import { apiDefaults } from '../../src/api-defaults.ts'
import type { ApiContext, ApiMeta } from '../../src/context.ts'
import { requireToken } from '../../src/guards.ts'

export { requirePermissions } from '../../src/guards.ts'
export type { ApiContext as Context } from '../../src/context.ts'

// The chains of an app of its own: tests of what every app gets don't depend on the one in `src/`.

const t = initTRPC.context<ApiContext>().meta<ApiMeta>().create(apiDefaults)

export const router = t.router
export const publicProcedure = t.procedure
export const protectedProcedure = publicProcedure.use(requireToken())
