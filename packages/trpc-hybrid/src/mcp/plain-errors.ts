import { RPC_CODES } from './rpc-codes.ts'

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
