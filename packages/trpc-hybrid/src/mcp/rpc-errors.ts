import { JSON_TYPE, type Answer } from '../answer.ts'
import { headersOf, type ErrorOptions } from '../errors/answer-error.ts'
import type { HybridRequest } from '../request.ts'
import type { MessageId } from './message.ts'

/** JSON-RPC's codes, and one for what HTTP says better. */
export const RPC_CODES = { parse: -32700, params: -32602, refused: -32000 } as const

/** An error that the SDK tells as it is. */
export const rpcError = (code: number, message: string) =>
  Object.assign(new Error(message), { code })

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

interface RpcError {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/** A text that is written for clients is one line, and no dump of issues. */
const PLAIN = /^[^\n[\]{}]{1,200}$/

/**
 * What the SDK says of a message, without the wording of the parsers inside.
 *
 * @param text an answer of JSON-RPC, or nothing
 */
export function withPlainError(text: string): string {
  if (text === '' || text.startsWith('{"result"')) return text
  const { error, ...answer } = JSON.parse(text) as { readonly error?: RpcError }
  return error ? JSON.stringify({ ...answer, error: plain(error) }) : text
}

function plain({ code, message, data }: RpcError): RpcError {
  if (!PLAIN.test(message)) return { code: RPC_CODES.params, message: 'Invalid params' }
  return { code, message, ...(typeof data === 'object' && { data }) }
}
