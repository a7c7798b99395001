/**
 * A refusal is known by this brand, never by its shape: an error of another library may have a `status`, a
 * `message` and `headers` too, and secrets in them. It is global, so that packages which don't know one another
 * agree on it.
 */
export const REFUSAL: unique symbol = Symbol.for('trpc-hybrid.refusal') as never

/** What a client is told about a refused request. All of it is sent. */
export interface Refusal {
  /** From 400 to 599. */
  readonly status: number
  readonly message: string
  /** Those that were needed. */
  readonly permissions?: readonly string[]
  /** Such as `WWW-Authenticate` and `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** An error that says itself what a client is told. */
export interface BrandedError extends Error {
  readonly [REFUSAL]: Refusal
}

export function isRefusal(error: unknown): error is BrandedError {
  return error instanceof Error && REFUSAL in error
}
