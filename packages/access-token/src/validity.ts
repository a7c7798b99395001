import type { JWTPayload } from 'jose'
import { CLOCK_TOLERANCE_SECONDS } from './verifier.ts'

/**
 * `exp` and `nbf`, in milliseconds since the epoch and with the clock tolerance, so that a check is one
 * comparison each: a token is valid from `validFromMs` on, and before `expiresAtMs`.
 */
export function validityOf({ exp = 0, nbf = 0 }: JWTPayload) {
  return {
    validFromMs: Math.ceil(nbf - CLOCK_TOLERANCE_SECONDS) * 1000,
    expiresAtMs: Math.ceil(exp + CLOCK_TOLERANCE_SECONDS) * 1000,
  }
}
