import { TRPCError } from '@trpc/server'
import { isAsyncIterable, isObject, isPromise } from '@trpc/server/unstable-core-do-not-import'
import type { ApiRouter } from '../../../../src/trpc.ts'
import { errorEnvelope, failure, statusOf, stringify, type Envelope } from './envelope.ts'
import type { RpcRequest } from './request.ts'
import type { Outcome } from './run.ts'

export interface Answer {
  readonly status: number
  readonly body: string
  readonly errors: readonly TRPCError[]
}

interface Scope {
  readonly router: ApiRouter
  readonly ctx: object
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
): Answer {
  const errors = outcomes.map((outcome) => outcome.error ?? refuseStream(outcome.data, request))
  const envelopes = outcomes.map(({ data }, index): Envelope => {
    const error = errors[index]
    if (!error) return { result: { data } }
    const { path, procedure } = request.calls[index] ?? {}
    const type = procedure?._def.type ?? 'unknown'
    return errorEnvelope(router, error, { type, path, ctx, input: request.inputs.known()?.[index] })
  })
  const failed = errors.filter((error) => error !== undefined)
  const [only] = envelopes
  return {
    status: failed.length > 0 ? statusOf(envelopes, errors) : 200,
    body: stringify(router, request.isBatch || !only ? envelopes : only),
    errors: failed,
  }
}

/** One error in place of all answers, for a request that could not be read or whose answer can't be written. */
export function answerFailure(
  cause: unknown,
  { router, ctx, request }: Scope & { readonly request: RpcRequest | undefined },
): Answer {
  const type = request?.calls.find(({ procedure }) => procedure)?.procedure?._def.type ?? 'unknown'
  const { error, ...answer } = failure(router, cause, { type, ctx })
  return { ...answer, errors: [error] }
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
