import type { Answer } from 'trpc-hybrid/engine'
import { namesTag } from './entity-tags.ts'
import type { Exchange } from './exchange.ts'

export const NOT_MODIFIED: Answer = { status: 304, headers: [], body: undefined }

/** Whether the client has an answer already, by the tag that its procedure set (RFC 9110 §13.1.2). */
export function hasAlready({ req, method }: Exchange, { status }: Answer, kept: Headers): boolean {
  const list = req.headers['if-none-match']
  if (list === undefined || status !== 200 || (method !== 'GET' && method !== 'HEAD')) return false
  return namesTag(list, kept.get('etag') ?? undefined, 'weak')
}
