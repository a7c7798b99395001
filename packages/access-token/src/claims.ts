import type { JWTPayload } from 'jose'
import { invalidToken } from './errors.ts'

/** The end of the year 9999, in seconds since the epoch: the last time that RFC 3339 §1 allows. */
const LAST_SECOND = 253_402_300_799
const MAX_SUBJECT_CHARS = 255 // OpenID Connect Core 1.0 §2

/**
 * Checks what jose doesn't: that times are real (JSON's `1e999` is infinite), and that a subject is a string
 * short enough for logs and limits.
 *
 * @throws {AuthError} `invalid_token`
 */
export function checkClaims({ exp, nbf, iat, sub }: JWTPayload): void {
  if (![exp, nbf, iat].every(isTime) || !isSubject(sub)) throw invalidToken('claims')
}

function isTime(value: number | undefined): boolean {
  return value === undefined || (value >= 0 && value <= LAST_SECOND)
}

/** @param value what the issuer wrote, whatever jose's type says */
function isSubject(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value.length <= MAX_SUBJECT_CHARS)
}
