import type { AnyProcedure, AnyRouter } from '@trpc/server'
import type { Call, CallProcedure } from '../procedures/call.ts'
import type { Deadlines } from '../procedures/deadlines.ts'
import { mapProcedures } from '../procedures/map-procedures.ts'
import { unsettled } from '../procedures/unsettled.ts'
import type { HybridRequest } from '../request.ts'

interface InTimeOptions {
  readonly deadlines: Deadlines
  /** The request that a call's context was made for. */
  readonly requestOf: (ctx: object) => HybridRequest | undefined
}

/**
 * The same router, each of whose calls fails when it has not settled in its time. Of a subscription that is the
 * time until it begins.
 */
export function inTime(router: AnyRouter, options: InTimeOptions): AnyRouter {
  return mapProcedures(router, (procedure) => (call) => callInTime(procedure, call, options))
}

function callInTime(
  procedure: AnyProcedure & CallProcedure,
  call: Call,
  { deadlines, requestOf }: InTimeOptions,
): Promise<unknown> {
  const request = requestOf(call.ctx)
  if (!request) return procedure(call)
  return new Promise((resolve, reject) => {
    const deadline = deadlines.begin(request, (reason) => {
      reject(unsettled(reason, call.path))
    })
    procedure(call).then(
      (data) => {
        deadline.settle()
        resolve(data)
      },
      (error: unknown) => {
        deadline.settle()
        reject(deadline.told ? unsettled(deadline.told, call.path) : (error as Error))
      },
    )
  })
}
