import { TRPCError } from '@trpc/server'
import { codeOf } from './errors/public-error.ts'
import { isRefusal, REFUSAL } from './errors/refusal.ts'
import { isThenable } from './procedures/thenable.ts'
import type { MiddlewareResult } from './trpc/internals.ts'

/** A `scope-token` of RFC 6749 §3.3: the challenge of a refusal names the permissions as its `scope`. */
const SCOPE_TOKEN = /^[!#-[\]-~]+$/

/** What a guard keeps at its middleware. */
export interface Guard {
  /** Throws or rejects, or gives what the context has more of from then on. */
  readonly check: (ctx: never) => undefined | object | PromiseLike<undefined | object>
  /** The name of the security scheme that it is, as in the description. */
  readonly scheme: string
  readonly permissions: readonly string[]
}

/** What a guard uses of a middleware's options. */
export interface GuardOptions<Ctx> {
  readonly ctx: Ctx
  readonly next: <Added>(changes: { ctx: Added }) => Promise<MiddlewareResult<Added>>
}

export interface GuardDescription {
  /** The name of its security scheme: `bearer` unless it is said. */
  readonly scheme?: string
  /** Those that it asks for. */
  readonly permissions?: readonly string[]
}

/**
 * A middleware that asks something of the caller, and does nothing else. That is why its check can run without
 * the middleware around it. A procedure with a guard is described as one that needs its scheme.
 *
 * @param ask throws, or gives what is added to the context. Whatever has a `then`, such as a query of a database
 *   library, is awaited, and refuses by rejecting
 * @throws {TypeError} for a permission that no challenge can name
 */
export function createGuard<Ctx, Added extends object | undefined>(
  ask: (ctx: Ctx) => Added | PromiseLike<Added>,
  { scheme = 'bearer', permissions = [] }: GuardDescription = {},
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
  return Object.assign(middleware, { check, scheme, permissions })
}

async function settle<Added>(asked: PromiseLike<Added>): Promise<Added> {
  try {
    return await asked
  } catch (error) {
    return refuse(error)
  }
}

/** A refusal gets its code for those who call procedures without any transport. */
function refuse(error: unknown): never {
  throw isRefusal(error)
    ? new TRPCError({ code: codeOf(error[REFUSAL].status), cause: error })
    : error
}
