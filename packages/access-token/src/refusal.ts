import type { Scheme } from './scheme.ts'

/**
 * What packages know a refusal by that another one made. An error that only looks like one is not: errors of
 * other libraries have a status and a message, too, which are for nobody outside.
 */
export const REFUSAL: unique symbol = Symbol.for('trpc-hybrid.refusal')

/** How a refused request is to be answered: all of it may go to the client. */
export interface Refusal {
  readonly status: number
  readonly message: string
  /** `www-authenticate`, unless whoever answers makes a `challenge` that says more, and `retry-after`. */
  readonly headers: Readonly<Record<string, string>>
  /** Those that the caller lacks. */
  readonly permissions: readonly string[]
  /** The value of `WWW-Authenticate`; `undefined` where none belongs. */
  readonly challenge: (options: ChallengeOptions) => string | undefined
}

export interface ChallengeOptions {
  /** The scheme of the request's credentials. Unless it is known, each supported one is offered. */
  readonly scheme?: Scheme | undefined
  /** Where this API's metadata is (RFC 9728 §5.1), if it has any. */
  readonly resourceMetadataUrl?: string | undefined
}
