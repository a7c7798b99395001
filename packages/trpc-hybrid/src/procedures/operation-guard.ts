import type { AnyProcedure } from '@trpc/server'
import { Unfit } from '../errors/router-error.ts'
import { guardOf, isGuarded, type Guarded, type SecurityRequirement } from './guard.ts'

export interface GuardSources {
  /** What middlewares that are no guards of ours ask for; `undefined` where they ask for nothing. */
  readonly securityOf: (procedure: AnyProcedure) => readonly SecurityRequirement[] | undefined
  /** Whether `protect: true` is believed where the chain has no guard of ours. */
  readonly trustProtect: boolean
  /** What such a procedure needs one of. */
  readonly schemes: readonly string[]
}

/**
 * What an operation asks of its caller: what the guards of its chain ask for, and what the app says of others.
 *
 * @throws {Unfit} where its `protect` says something else
 */
export function operationGuard(
  { procedure, protect }: { procedure: AnyProcedure; protect: boolean | undefined },
  { securityOf, trustProtect, schemes }: GuardSources,
): Guarded {
  const ours = guardOf(procedure)
  const security = securityOf(procedure)
  const guard = security ? { ...ours, security } : ours
  if (protect === undefined || protect === isGuarded(guard)) return guard
  if (protect && trustProtect && !security) {
    return { ...ours, security: schemes.map((scheme) => ({ [scheme]: [] })) }
  }
  throw new Unfit(
    protect
      ? 'its meta has protect: true, its chain asks for no token: leave it out, or set trustProtect or securityOf'
      : 'its meta has protect: false, its chain asks for a token: leave it out',
  )
}
