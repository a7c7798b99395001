import type { AnyRouter } from '@trpc/server'
import type { Call } from './call.ts'
import { mapProcedures } from './map-procedures.ts'

/** Runs a call of a procedure. @param path the procedure's in the router @param ctx what it was called with */
export type Around = (path: string, run: () => Promise<unknown>, ctx: object) => Promise<unknown>

/** The same router, whose procedures run inside `around`. */
export function aroundProcedures(router: AnyRouter, around: Around): AnyRouter {
  return mapProcedures(
    router,
    (procedure) => (call: Call) => around(call.path, () => procedure(call), call.ctx),
  )
}
