import { getTRPCErrorFromUnknown, TRPCError } from '@trpc/server'
import { createCall, type CallProcedure } from '../procedures/call.ts'
import type { HybridRequest } from '../request.ts'
import type { RpcCall, RpcRequest } from './request.ts'

/** The outcome of one call. */
export type Outcome =
  | { readonly data: unknown; readonly error?: undefined }
  | { readonly error: TRPCError; readonly data?: undefined }

interface Scope {
  readonly ctx: object
  readonly request: HybridRequest
}

/** The one method of each kind of procedure. */
export const METHOD_OF = { query: 'GET', mutation: 'POST', subscription: 'GET' } as const

/** Makes all calls of a request at once. If one fails, its error is its outcome, and the others go on. */
export function runCalls(rpc: RpcRequest, { ctx, request }: Scope): Promise<Outcome[]> {
  return Promise.all(
    rpc.calls.map((call, batchIndex) =>
      // Not by `{ ...spread }`: V8 would make new shapes for each object.
      runCall(call, { ctx, request, rpc, batchIndex }),
    ),
  )
}

interface CallScope extends Scope {
  readonly rpc: RpcRequest
  readonly batchIndex: number
}

async function runCall({ path, procedure }: RpcCall, scope: CallScope): Promise<Outcome> {
  const { request, rpc, batchIndex, ctx } = scope
  try {
    if (!procedure) throw new TRPCError({ code: 'NOT_FOUND' })
    const { type } = procedure._def
    if (METHOD_OF[type] !== request.method) throw new TRPCError({ code: 'METHOD_NOT_SUPPORTED' })
    const getRawInput = async () => (await rpc.inputs.read())[batchIndex]
    const call = createCall(request, { path, getRawInput, ctx, type, batchIndex })
    return { data: await (procedure as unknown as CallProcedure)(call) }
  } catch (cause) {
    return { error: getTRPCErrorFromUnknown(cause) }
  }
}
