import { validateHeaderValue, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { isStream, isTextStream, type Answer } from '../answer.ts'
import { toByteStream } from '../text-stream.ts'
import { cutUnread } from './node-body.ts'

export interface FastifyRequestLike {
  readonly raw: IncomingMessage
  readonly url: string
}

export interface FastifyReplyLike {
  readonly raw: ServerResponse
  code(status: number): unknown
  header(name: string, value: string): unknown
  getHeader(name: string): string | number | readonly string[] | undefined
  send(body?: unknown): unknown
  callNotFound(): unknown
}

interface Replying {
  readonly req: Pick<FastifyRequestLike, 'raw'>
  readonly res: Omit<FastifyReplyLike, 'callNotFound'>
}

/** Fastify itself would look at the headers when it is too late to answer something else. */
export function sendReply(
  { req, res: reply }: Replying,
  { status, headers, body }: Answer,
): unknown {
  for (const [name, value] of headers) validateHeaderValue(name, value)
  reply.code(status)
  cutUnread(req.raw, reply.raw)
  for (const [name, value] of headers) {
    const before = name === 'vary' ? reply.getHeader('vary') : undefined
    reply.header(name, before === undefined ? value : `${value}, ${before.toString()}`)
  }
  if (!isStream(body)) return reply.send(body)
  const bytes = isTextStream(body) ? toByteStream(body) : body
  return reply.send(Readable.fromWeb(bytes as ReadableStream))
}
