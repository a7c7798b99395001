import type { ServerResponse } from 'node:http'
import { getTRPCErrorFromUnknown, TRPCError } from '@trpc/server'
import { createCall, type CallProcedure } from '../procedures/call.ts'
import { signalOf, type SignalSource } from '../procedures/signal.ts'
import type { RpcCall, RpcRequest } from './request.ts'

/** The outcome of one call. */
export type Outcome =
  | { readonly data: unknown; readonly error?: undefined }
  | { readonly error: TRPCError; readonly data?: undefined }

interface Scope {
  readonly ctx: object
  readonly res: ServerResponse
}

/** The one method of each kind of procedure. */
const METHODS = { query: 'GET', mutation: 'POST', subscription: 'GET' } as const

/** Makes all calls of a request at once. If one fails, its error is its outcome, and the others go on. */
export function runCalls(request: RpcRequest, { ctx, res }: Scope): Promise<Outcome[]> {
  const source = signalOf(res)
  return Promise.all(
    request.calls.map((call, batchIndex) =>
      // Not by `{ ...spread }`: V8 would make new shapes for each object.
      runCall(call, { ctx, res, request, source, batchIndex }),
    ),
  )
}

interface CallScope extends Scope {
  readonly request: RpcRequest
  readonly source: SignalSource
  readonly batchIndex: number
}

async function runCall({ path, procedure }: RpcCall, scope: CallScope): Promise<Outcome> {
  const { request, source, batchIndex, ctx, res } = scope
  try {
    if (!procedure) throw new TRPCError({ code: 'NOT_FOUND' })
    const { type } = procedure._def
    if (METHODS[type] !== request.method) {
      res.setHeader('allow', METHODS[type]) // RFC 9110 §15.5.6
      throw new TRPCError({ code: 'METHOD_NOT_SUPPORTED' })
    }
    const getRawInput = async () => (await request.inputs.read())[batchIndex]
    const call = createCall(source, { path, getRawInput, ctx, type, batchIndex })
    return { data: await (procedure as unknown as CallProcedure)(call) }
  } catch (cause) {
    return { error: getTRPCErrorFromUnknown(cause) }
  }
}
