import type { SignalSource } from './procedures/signal.ts'

/** A request, whichever server it came by. An adapter makes one for each. */
export interface HybridRequest extends SignalSource {
  /** As it was sent, `HEAD` included. */
  readonly method: string
  /** Percent-encoded, without the query, and below the path at which the API is mounted. */
  readonly path: string
  /** What stands behind the question mark; empty where nothing does. */
  readonly query: string
  /** Whether anything is sent behind the headers (RFC 9112 §6.3). */
  readonly hasBody: boolean
  /** Whether all that its client sends has come, or its client has gone. */
  readonly isComplete: boolean
  /** Made by a parser in front of the API; `undefined` where none read the body. */
  readonly parsedBody: unknown
  /** Tells those who work for it to give up. */
  abort(reason: DOMException): void
  /** @param name in lower case. @returns the values of all headers of this name, joined by `, ` */
  header(name: string): string | undefined
  headers(): Iterable<readonly [name: string, value: string]>
  /**
   * The body, as often as it is asked for, its content coding undone.
   *
   * @throws {BodyError} `too_large` as soon as more than `maxBytes` have come, `timed_out`, `broken`, `gone`
   * @throws {TRPCError} `UNSUPPORTED_MEDIA_TYPE` for a coding that is not known
   */
  readBody(maxBytes: number): Promise<Uint8Array>
}
