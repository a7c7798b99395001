import type { TextStream } from './text-stream.ts'

/** An answer to a request, for an adapter to send. */
export interface Answer {
  readonly status: number
  /** A name may be there more than once. `Vary` is added to what the response has already. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** A stream that fails is cut, so that its reader can tell it from one that is complete. */
  readonly body: string | Uint8Array | ReadableStream<Uint8Array> | TextStream | undefined
}

export const JSON_TYPE = 'application/json; charset=utf-8'

export function isStream(body: Answer['body']): body is ReadableStream<Uint8Array> | TextStream {
  return typeof body === 'object' && !(body instanceof Uint8Array)
}

export function isTextStream(body: Answer['body']): body is TextStream {
  return isStream(body) && 'read' in body
}

/** Ends what makes an answer that nobody gets. */
export function discardAnswer({ body }: Answer): void {
  if (isTextStream(body)) body.cancel()
  else if (isStream(body)) void body.cancel().catch(() => undefined)
}
