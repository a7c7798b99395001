import { TRPCError } from '@trpc/server'
import { unreadable } from '../errors/unreadable.ts'
import type { HybridRequest } from '../request.ts'
import type { Body } from '../rest/body.ts'

/** What an answer says which message it is for. */
export type MessageId = string | number

/** Pages may reach a server that their user can reach: by DNS rebinding, one at home too. */
export function requireOrigin(
  request: HybridRequest,
  allowsOrigin: (origin: string) => boolean,
): void {
  const origin = request.header('origin')
  if (origin !== undefined && !allowsOrigin(origin)) throw new TRPCError({ code: 'FORBIDDEN' })
}

/** A token in a URL is in logs and histories (RFC 9700 §4.3.2): whoever sends one must hear of it. */
export function requireNoToken({ query }: HybridRequest): void {
  if (query === '' || !new URLSearchParams(query).has('access_token')) return
  throw unreadable(
    'BAD_REQUEST',
    'Bad Request: send the access token in the Authorization header, never in the URL',
  )
}

/** Any JSON but a list, as it was sent. */
export type Message = { readonly method?: unknown; readonly id?: unknown } | null

/** A batch is what no revision since 2025-06-18 knows. */
export function messageIn(body: Body | undefined): Message {
  if (!body || !('json' in body)) {
    throw unreadable('BAD_REQUEST', 'Bad Request: send one message of JSON-RPC')
  }
  if (Array.isArray(body.json)) {
    throw unreadable('BAD_REQUEST', 'Bad Request: send one message, not a batch')
  }
  return body.json as Message
}

/** Whether the protocol takes it for the id of a message, or of what is told of its progress. */
export const isId = (value: unknown): value is MessageId =>
  typeof value === 'string' || Number.isSafeInteger(value)
