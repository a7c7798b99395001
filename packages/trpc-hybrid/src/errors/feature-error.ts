import { REFUSAL, type BrandedError, type Refusal } from './refusal.ts'

/** The status of each refusal that a feature can make, in its own terms. */
const STATUS = {
  invalid: 400,
  payment_required: 402,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  precondition_failed: 412,
  unprocessable: 422,
  precondition_required: 428,
  too_many_requests: 429,
  unavailable: 503,
} as const

export type FeatureErrorCode = keyof typeof STATUS

/** A 429 always says when to come back. */
const DEFAULT_RETRY_AFTER_SECONDS: Partial<Record<FeatureErrorCode, number>> = {
  too_many_requests: 5,
}

export interface FeatureErrorOptions extends ErrorOptions {
  /** Of `too_many_requests` and `unavailable`: when to come back, in seconds (`Retry-After`). */
  readonly retryAfterSeconds?: number
  /** Of `forbidden`: the permission that would have been needed. */
  readonly permission?: string
}

/**
 * A refusal whose message is written for the client. Of any other error the client sees only the text of
 * its status, so that no internal text leaks.
 *
 * @example throw new FeatureError('not_found', 'There is no such report')
 */
export class FeatureError extends Error implements BrandedError {
  readonly code: FeatureErrorCode
  readonly [REFUSAL]: Refusal

  constructor(code: FeatureErrorCode, message: string, options: FeatureErrorOptions = {}) {
    super(message, options)
    const { permission } = options
    const retryAfterSeconds = options.retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS[code]
    this.name = 'FeatureError'
    this.code = code
    this[REFUSAL] = {
      status: STATUS[code],
      message,
      ...(permission !== undefined && { permissions: [permission] }),
      ...(retryAfterSeconds !== undefined && {
        headers: { 'retry-after': String(retryAfterSeconds) },
      }),
    }
  }
}
