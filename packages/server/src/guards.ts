import {
  requirePermissionsOf,
  requireVerified,
  type AccessToken,
} from '@trpc-hybrid/access-token/engine'
import { createGuard } from 'trpc-hybrid/engine'
import type { ApiContext } from './context.ts'

/**
 * A middleware that needs a valid access token, and adds it to the context as `ctx.token`.
 *
 * @example const protectedProcedure = publicProcedure.use(requireToken())
 */
export function requireToken() {
  return createGuard(({ recall, authenticate }: ApiContext) => {
    const token = recall()
    return token ? { token: requireVerified(token) } : authenticated(authenticate)
  })
}

async function authenticated(authenticate: ApiContext['authenticate']) {
  return { token: requireVerified(await authenticate()) }
}

/**
 * A middleware behind `requireToken()` that lets a token through only when it holds every permission named.
 * Where there is no token before it, it does not compile.
 *
 * @throws {TypeError} for a permission that is no scope token (RFC 6749 §3.3)
 * @example const reportsProcedure = protectedProcedure.use(requirePermissions('read:reports'))
 */
export function requirePermissions(...permissions: [string, ...string[]]) {
  return createGuard(
    ({ token }: { token: AccessToken }): undefined => {
      requirePermissionsOf(token, permissions)
    },
    { permissions },
  )
}
