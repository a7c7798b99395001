import type { AnyProcedure, AnyRouter } from '@trpc/server'
import type { Guard } from '../guard.ts'

/** What OpenAPI calls a security requirement: schemes that are needed together, with their scopes. */
export type SecurityRequirement = Readonly<Record<string, readonly string[]>>

/** What a procedure's chain asks of its caller. */
export interface Guarded {
  /** The names of the security schemes, all of which are needed; none where anyone may call. */
  readonly schemes: readonly string[]
  readonly permissions: readonly string[]
  /** Where the app says what is needed: one of these, besides what guards of ours ask for. */
  readonly security?: readonly SecurityRequirement[]
}

/** It is read from the chain itself, so it can't be wrong. */
export function guardOf(procedure: AnyProcedure): Guarded {
  // tRPC keeps the chain here at run time but leaves it out of the type.
  const { middlewares } = procedure._def as unknown as { middlewares: (object | Guard)[] }
  const guards = middlewares.filter((middleware) => 'check' in middleware)
  return {
    schemes: [...new Set(guards.map(({ scheme }) => scheme))],
    permissions: guards.flatMap(({ permissions }) => permissions),
  }
}

/** Whether not everyone may call. */
export const isGuarded = ({ schemes, security = [] }: Guarded): boolean =>
  schemes.length > 0 || security.some((one) => Object.keys(one).length > 0)

/** Every permission that some procedure asks for, each once. */
export function permissionsOf(router: AnyRouter): string[] {
  const procedures = Object.values(router._def.procedures as Record<string, AnyProcedure>)
  return [...new Set(procedures.flatMap((procedure) => guardOf(procedure).permissions))]
}
