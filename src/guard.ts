import { TRPCError } from '@trpc/server'
import type { MiddlewareResult } from '@trpc/server/unstable-core-do-not-import'
import { AuthError } from '@trpc-hybrid/access-token/engine'
import { AUTH_CODES } from './public-error.ts'
import { isThenable } from './thenable.ts'

/** A `scope-token` of RFC 6749 §3.3: the challenge of a refusal names the permissions as its `scope`. */
const SCOPE_TOKEN = /^[!#-[\]-~]+$/

/** What a guard keeps at its middleware. */
export interface Guard {
  /** Throws or rejects, or gives what the context has more of from then on. */
  readonly check: (ctx: never) => undefined | object | PromiseLike<undefined | object>
  readonly permissions: readonly string[]
}

/** What a guard uses of a middleware's options. */
export interface GuardOptions<Ctx> {
  readonly ctx: Ctx
  readonly next: <Added>(changes: { ctx: Added }) => Promise<MiddlewareResult<Added>>
}

/**
 * A middleware that asks something of the caller's access token, and does nothing else. That is why
 * `speed/fast-procedures.ts` can run its check without the middleware around it. A procedure with a guard is
 * described as one that needs a token.
 *
 * @param ask throws, or gives what is added to the context. Whatever has a `then`, such as a query of a database
 *   library, is awaited, and refuses by rejecting. An `AuthError` becomes a `TRPCError` with it as cause
 * @param permissions those that it asks for, for the description
 * @throws {TypeError} for a permission that no challenge can name
 */
export function createGuard<Ctx, Added extends object | undefined>(
  ask: (ctx: Ctx) => Added | PromiseLike<Added>,
  permissions: readonly string[] = [],
) {
  const unspeakable = permissions.find((permission) => !SCOPE_TOKEN.test(permission))
  if (unspeakable !== undefined) {
    throw new TypeError(
      `The permission ${JSON.stringify(unspeakable)} must be a scope token (RFC 6749 §3.3): visible ASCII without blanks, " and \\`,
    )
  }
  const check = (ctx: Ctx): Added | Promise<Added> => {
    try {
      const added = ask(ctx)
      return isThenable(added) ? settle(added) : added
    } catch (error) {
      return refuse(error)
    }
  }
  const middleware = async ({ ctx, next }: GuardOptions<Ctx>) => next({ ctx: await check(ctx) })
  return Object.assign(middleware, { check, permissions })
}

async function settle<Added>(asked: PromiseLike<Added>): Promise<Added> {
  try {
    return await asked
  } catch (error) {
    return refuse(error)
  }
}

function refuse(error: unknown): never {
  throw error instanceof AuthError
    ? new TRPCError({ code: AUTH_CODES[error.code], cause: error })
    : error
}
