import { JSON_TYPE, type Answer } from '../answer.ts'
import { headersOf, type ErrorOptions } from '../errors/answer-error.ts'
import type { HybridRequest } from '../request.ts'
import type { MessageId } from './message.ts'
import { RPC_CODES } from './rpc-codes.ts'

/** What is refused, and why by JSON-RPC. */
interface Refused {
  readonly request: HybridRequest
  readonly ctx: object | undefined
  /** The procedure's path in the router. */
  readonly path?: string | undefined
  readonly id?: MessageId | null
  readonly code?: number
}

/** Answers an error by its status and headers, as REST does, with an error of JSON-RPC. */
export function refuseMessage(
  thrown: unknown,
  { request, ctx, path, id = null, code = RPC_CODES.refused }: Refused,
  { judge, onError, errorHeaders }: ErrorOptions,
): Answer {
  const error = judge(thrown)
  onError({ error, path, request, ctx })
  const { status, message } = error
  return {
    status,
    headers: [['content-type', JSON_TYPE], ...headersOf(error, errorHeaders(error, request))],
    body: JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } }),
  }
}
