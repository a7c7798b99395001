import type { AnyProcedure } from '@trpc/server'
import type { ApiRouter } from '../trpc.ts'

/** What a middleware of `trpc.ts` asks of the caller. */
export interface Guard {
  /** Throws, or gives what the context has more of from then on. */
  readonly check: (ctx: never) => undefined | object | Promise<object>
  readonly permissions: readonly string[]
}

/**
 * Keeps at a middleware what it asks, for the description of the API, and its check alone, which
 * `speed/fast-procedures.ts` runs without the middleware around it.
 */
export function asGuard<T extends { readonly _middlewares: readonly object[] }>(
  middleware: T,
  guard: Guard,
): T {
  for (const each of middleware._middlewares) Object.assign(each, guard)
  return middleware
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
