import { TRPCError, type AnyProcedure } from '@trpc/server'
import type { MiddlewareResult } from '@trpc/server/unstable-core-do-not-import'
import { AuthError } from '../auth/errors.ts'
import { trpcCodeOf } from '../public-error.ts'
import type { ApiRouter } from '../trpc.ts'

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
 * A middleware that only asks something of the caller. It consists of `ask` alone, so that
 * `speed/fast-procedures.ts` can run that without the middleware around it.
 *
 * @param ask throws, or gives what is added to the context
 * @param permissions what it asks for, for the description of the API
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
    ? new TRPCError({ code: trpcCodeOf(error), cause: error })
    : error
}

/** What a procedure's chain asks of its caller. It is read from the chain itself, so it can't be wrong. */
export function guardOf(procedure: AnyProcedure): { token: boolean; permissions: string[] } {
  // tRPC keeps the chain here at run time but leaves it out of the type.
  const { middlewares } = procedure._def as unknown as { middlewares: (object | Guard)[] }
  const guards = middlewares.filter((middleware) => 'check' in middleware)
  return {
    token: guards.length > 0,
    permissions: guards.flatMap(({ permissions }) => permissions),
  }
}

/** Every permission that some procedure asks for, each once. */
export function permissionsOf(router: ApiRouter): string[] {
  const procedures = Object.values(router._def.procedures as Record<string, AnyProcedure>)
  return [...new Set(procedures.flatMap((procedure) => guardOf(procedure).permissions))]
}
