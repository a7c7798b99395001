import { TRPCError, type AnyRouter } from '@trpc/server'
import { isAsyncIterable, isObject, isPromise } from '../trpc/internals.ts'
import { withDateTexts } from '../procedures/date-texts.ts'
import {
  errorEnvelope,
  failure,
  isPlainJson,
  statusOf,
  stringify,
  type Envelope,
} from './envelope.ts'
import type { RpcCall, RpcRequest } from './request.ts'
import { METHOD_OF, type Outcome } from './run.ts'

/** The body of all calls of a request, and what went wrong in it. */
export interface CallsAnswer {
  readonly status: number
  readonly body: string
  readonly faults: readonly CallFault[]
}

export interface CallFault {
  readonly error: TRPCError
  /** The procedure's path in the router, where it is known. */
  readonly path?: string | undefined
  /** The method that the procedure wants instead (RFC 9110 §15.5.6). */
  readonly allow?: string | undefined
}

interface Scope {
  readonly router: AnyRouter
  readonly ctx: object | undefined
}

/**
 * The outcomes of all calls of a request, in one body.
 *
 * @throws when they can't be written: a value that has no JSON, or a stream that is asked for alone
 */
export function answerCalls(
  request: RpcRequest,
  outcomes: readonly Outcome[],
  { router, ctx }: Scope,
): CallsAnswer {
  const isPlain = isPlainJson(router)
  const errors = outcomes.map((outcome) => outcome.error ?? refuseStream(outcome.data, request))
  const envelopes = outcomes.map(({ data }, index): Envelope => {
    const error = errors[index]
    const { path, procedure } = request.calls[index] ?? {}
    if (!error) return { result: { data: isPlain ? withDateTexts(procedure, data) : data } }
    const type = procedure?._def.type ?? 'unknown'
    return errorEnvelope(router, error, { type, path, ctx, input: request.inputs.known()?.[index] })
  })
  const [only] = envelopes
  const faults = errors.flatMap((error, index) =>
    error ? [faultOf(error, request.calls[index])] : [],
  )
  return {
    status: faults.length > 0 ? statusOf(envelopes, errors) : 200,
    body: stringify(router, request.isBatch || !only ? envelopes : only),
    faults,
  }
}

function faultOf(error: TRPCError, call: RpcCall | undefined): CallFault {
  const type = call?.procedure?._def.type
  const allow = type && error.code === 'METHOD_NOT_SUPPORTED' ? METHOD_OF[type] : undefined
  return { error, path: call?.path, allow }
}

interface Failed {
  readonly calls: readonly RpcCall[]
  /** The procedure's path in the router, where the error is told as that of a procedure. */
  readonly path?: string | undefined
}

/** One error in place of all answers, for a request that could not be read or whose answer can't be written. */
export function answerFailure(
  cause: unknown,
  { router, ctx, calls, path }: Scope & Failed,
): CallsAnswer {
  const call = calls.find(({ procedure }) => procedure)
  const type = call?.procedure?._def.type ?? 'unknown'
  const { error, ...answer } = failure(router, cause, { type, ctx, ...(path && { path }) })
  return { ...answer, faults: [{ error, path }] }
}

/** Only a streamed batch can contain what is still to come. */
function refuseStream(data: unknown, { isBatch }: RpcRequest): TRPCError | undefined {
  if (!isStream(data)) return undefined
  const error = new TRPCError({ code: 'UNSUPPORTED_MEDIA_TYPE' })
  if (!isBatch) throw error
  return error
}

function isStream(data: unknown): boolean {
  if (!isObject(data)) return false
  if (isAsyncIterable(data)) return true
  return Object.values(data).some((value) => isPromise(value) || isAsyncIterable(value))
}
