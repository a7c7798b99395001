import { getTRPCErrorFromUnknown, TRPCError } from '@trpc/server'
import { createCall, type CallProcedure } from '../procedures/call.ts'
import type { Deadline } from '../procedures/deadline.ts'
import type { Deadlines } from '../procedures/deadlines.ts'
import type { HybridRequest } from '../request.ts'
import { unsettled } from '../procedures/unsettled.ts'
import { unsupportedMediaType } from '../errors/unreadable.ts'
import { JSON_TYPE, type RpcCall, type RpcRequest } from './request.ts'

/** The outcome of one call. */
export type Outcome =
  | { readonly data: unknown; readonly error?: undefined }
  | { readonly error: TRPCError; readonly data?: undefined }

interface Scope {
  readonly ctx: object
  readonly request: HybridRequest
}

/** The method of each kind of procedure. Queries may be sent by POST, too. */
export const METHOD_OF = { query: 'GET', mutation: 'POST', subscription: 'GET' } as const

/**
 * Makes all calls of a request at once. If one fails, its error is its outcome, and the others go on. One that
 * has not settled in its time fails, and the others keep their outcomes.
 */
export function runCalls(
  rpc: RpcRequest,
  { ctx, request, deadlines }: Scope & { readonly deadlines: Deadlines },
): Promise<Outcome[]> {
  const { calls } = rpc
  return new Promise((resolve) => {
    const outcomes: Outcome[] = []
    let settled = 0
    const deadline = deadlines.begin(request, (reason) => {
      resolve(calls.map(({ path }, index) => outcomes[index] ?? { error: unsettled(reason, path) }))
    })
    const settle: Settle = (batchIndex, outcome) => {
      outcomes[batchIndex] = outcome
      if (++settled === calls.length && deadline.settle()) resolve(outcomes)
    }
    for (const [batchIndex, call] of calls.entries()) {
      // Not by `{ ...spread }`: V8 would make new shapes for each object.
      void runCall(call, { ctx, request, rpc, deadline, batchIndex, settle })
    }
  })
}

/** Not by a promise: where requests have a scope, each costs 0.2 µs more (Node.js 20). */
type Settle = (batchIndex: number, outcome: Outcome) => void

interface CallScope extends Scope {
  readonly rpc: RpcRequest
  readonly deadline: Deadline
  readonly batchIndex: number
  readonly settle: Settle
}

async function runCall({ path, procedure }: RpcCall, scope: CallScope): Promise<void> {
  const { request, rpc, deadline, batchIndex, ctx, settle } = scope
  try {
    if (!procedure) throw new TRPCError({ code: 'NOT_FOUND' })
    const { type } = procedure._def
    if (METHOD_OF[type] !== request.method) requireOverride(type, { rpc, request })
    const getRawInput = async () => (await rpc.inputs.read())[batchIndex]
    const call = createCall(request, { path, getRawInput, ctx, type, batchIndex })
    settle(batchIndex, { data: await (procedure as unknown as CallProcedure)(call) })
  } catch (cause) {
    const error = deadline.told ? unsettled(deadline.told, path) : getTRPCErrorFromUnknown(cause)
    settle(batchIndex, { error })
  }
}

/**
 * A query whose input is too long for a URL comes as POST (tRPC's method override), as JSON: a page of another site
 * can't send that without asking first, as it could a form.
 *
 * @throws {TRPCError} for any other call by a method that is not its own
 */
function requireOverride(
  type: keyof typeof METHOD_OF,
  { rpc, request }: { readonly rpc: RpcRequest; readonly request: HybridRequest },
): void {
  if (type !== 'query' || request.method !== 'POST') {
    throw new TRPCError({ code: 'METHOD_NOT_SUPPORTED' })
  }
  if (rpc.isUpload) throw unsupportedMediaType([JSON_TYPE])
}
