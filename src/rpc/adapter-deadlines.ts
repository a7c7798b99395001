import type { ServerResponse } from 'node:http'
import type { AnyProcedure } from '@trpc/server'
import type { Call, CallProcedure } from '../procedures/call.ts'
import type { Deadlines } from '../procedures/deadlines.ts'
import { mapProcedures } from '../procedures/map-procedures.ts'
import { unsettled } from '../procedures/unsettled.ts'
import type { ApiRouter } from '../trpc.ts'

interface DeadlineOptions {
  readonly deadlines: Deadlines
  /** Where the call of a context is answered. */
  readonly responseOf: (ctx: object) => ServerResponse | undefined
}

/**
 * The same router, each of whose calls fails when it has not settled in its time. Of a subscription that is the
 * time until it begins.
 */
export function withDeadlines(router: ApiRouter, options: DeadlineOptions): ApiRouter {
  return mapProcedures(router, (procedure) => (call) => callInTime(procedure, call, options))
}

function callInTime(
  procedure: AnyProcedure & CallProcedure,
  call: Call,
  { deadlines, responseOf }: DeadlineOptions,
): Promise<unknown> {
  const res = responseOf(call.ctx)
  if (!res) return procedure(call)
  return new Promise((resolve, reject) => {
    const deadline = deadlines.begin(res, (reason) => {
      reject(unsettled(reason, call.path))
    })
    const signal = AbortSignal.any([deadline.signal, ...(call.signal ? [call.signal] : [])])
    procedure({ ...call, signal }).then(
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
