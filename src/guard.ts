import { TRPCError } from '@trpc/server'
import type { MiddlewareResult } from '@trpc/server/unstable-core-do-not-import'
import { AuthError } from '@trpc-hybrid/access-token/engine'
import { AUTH_CODES } from './public-error.ts'

/** What a guard keeps at its middleware. */
export interface Guard {
  /** Throws, or gives what the context has more of from then on. */
  readonly check: (ctx: never) => undefined | object | Promise<object>
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
 * @param ask throws, or gives what is added to the context. An `AuthError` becomes a `TRPCError` with it as cause
 * @param permissions those that it asks for, for the description
 */
export function createGuard<Ctx, Added extends object | undefined>(
  ask: (ctx: Ctx) => Added | Promise<Added>,
  permissions: readonly string[] = [],
) {
  const check = (ctx: Ctx): Added | Promise<Added> => {
    try {
      const added = ask(ctx)
      return added instanceof Promise ? added.catch(refuse) : added
    } catch (error) {
      return refuse(error)
    }
  }
  const middleware = async ({ ctx, next }: GuardOptions<Ctx>) => next({ ctx: await check(ctx) })
  return Object.assign(middleware, { check, permissions })
}

function refuse(error: unknown): never {
  throw error instanceof AuthError
    ? new TRPCError({ code: AUTH_CODES[error.code], cause: error })
    : error
}
