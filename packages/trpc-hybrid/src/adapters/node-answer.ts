import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { Answer } from '../answer.ts'

/** Sends an answer. What the response has already stays, except for the names that the answer has too. */
export function sendAnswer(res: ServerResponse, answer: Answer): void {
  if (res.headersSent) return
  setHead(res, answer)
  const { body } = answer
  if (isStream(body)) sendStream(res, body)
  else res.end(body)
}

export function setHead(res: ServerResponse, { status, headers }: Answer): void {
  res.statusCode = status
  for (const [name, value] of headers) {
    if (name === 'vary') addVary(res, value)
    else if (name === 'set-cookie') res.appendHeader(name, value)
    else res.setHeader(name, value)
  }
}

function addVary(res: ServerResponse, value: string): void {
  const before = res.getHeader('vary')
  res.setHeader('vary', before === undefined ? value : `${value}, ${String(before)}`)
}

export function isStream(body: Answer['body']): body is globalThis.ReadableStream<Uint8Array> {
  return typeof body === 'object' && !(body instanceof Uint8Array)
}

/** A stream that fails cuts the connection; one whose client has gone is cancelled. */
function sendStream(res: ServerResponse, body: globalThis.ReadableStream<Uint8Array>): void {
  res.flushHeaders()
  pipeline(Readable.fromWeb(body as ReadableStream), res, () => undefined)
}
