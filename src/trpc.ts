import { initTRPC } from '@trpc/server'
import {
  apiDefaults,
  requirePermissions,
  requireToken,
  type ApiContext,
  type ApiMeta,
} from '@trpc-hybrid/server'

const t = initTRPC.context<ApiContext>().meta<ApiMeta>().create(apiDefaults)

export const router = t.router

/** Anyone may call it. */
export const publicProcedure = t.procedure

/** Needs a valid access token, and adds it to the context as `ctx.token`. */
export const protectedProcedure = publicProcedure.use(requireToken())

/** Needs a valid access token that holds the permission to read the admin message. */
export const adminProcedure = protectedProcedure.use(requirePermissions('read:admin-messages'))
