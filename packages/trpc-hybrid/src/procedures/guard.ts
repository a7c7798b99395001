import type { AnyProcedure } from '@trpc/server'
import type { Guard } from '../guard.ts'
import type { ApiRouter } from '../../../../src/trpc.ts'

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
