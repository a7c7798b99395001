import type { HybridRequest } from '../request.ts'
import type { PublicError } from './public-error.ts'

/** What went wrong, as a client is told and as it was thrown (`error.cause`). */
export interface Fault {
  readonly error: PublicError
  /** The procedure's path in the router, such as `messages.public`, where it is known. */
  readonly path: string | undefined
  readonly request: HybridRequest
  /** The request's context, where there is one already. */
  readonly ctx: object | undefined
}

/** Told of every error that a client gets, once for each call of a batch. */
export type OnError = (fault: Fault) => void
