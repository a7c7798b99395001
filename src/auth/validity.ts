import type { JWTPayload } from 'jose'
import { CLOCK_TOLERANCE_SECONDS } from './verifier.ts'

/**
 * `exp` and `nbf`, in milliseconds since the epoch and with the clock tolerance, so that a look is one
 * comparison: valid from the first on, and before the second.
 */
export function validityOf({ exp = 0, nbf = 0 }: JWTPayload) {
  return {
    validFromMs: Math.ceil(nbf - CLOCK_TOLERANCE_SECONDS) * 1000,
    expiresAtMs: Math.ceil(exp + CLOCK_TOLERANCE_SECONDS) * 1000,
  }
}
