import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose/jwt/decode'
import { LRUCache } from 'lru-cache'
import { AuthError, type AuthErrorReason } from './errors.ts'
import type { KeySet } from './keys.ts'
import { validityOf } from './validity.ts'

const MAX_REFUSALS = 10_000
/**
 * The issuer is asked for its keys no more often than this (see `keys.ts`), and a new key may make a signature
 * valid.
 */
const SIGNATURE_MS = 30_000

interface Refusal {
  readonly reason: AuthErrorReason
  /** The refusal holds from `fromMs` on, and before `untilMs`. */
  readonly fromMs: number
  readonly untilMs: number
}

/** When a token is checked, and with which keys. */
export interface Moment {
  readonly keySet: KeySet
  readonly nowMs: number
}

/** Remembers refused tokens, so that a bad token that is sent again costs no signature check. */
export interface RefusalMemory {
  /** @throws {AuthError} the refusal, if the token was refused with these keys and the refusal still holds */
  check(token: string, at: Moment): void
  remember(token: string, error: AuthError, at: Moment): void
}

/**
 * Bounded: it keeps a hash of each token, however long. It is separate from the memory of good tokens, so a
 * flood of bad ones drives no good ones out. It is emptied when the keys change.
 */
export function createRefusalMemory(): RefusalMemory {
  const refusals = new LRUCache<string, Refusal>({ max: MAX_REFUSALS })
  let keys: KeySet | undefined

  return {
    check(token, { keySet, nowMs }) {
      if (keys !== keySet) return
      const refusal = refusals.get(hashOf(token))
      if (!refusal || nowMs < refusal.fromMs || nowMs >= refusal.untilMs) return
      throw new AuthError('invalid_token', { reason: refusal.reason })
    },
    remember(token, { code, reason }, { keySet, nowMs }) {
      if (code !== 'invalid_token' || reason === 'unknown_key') return
      if (keys !== keySet) refusals.clear()
      keys = keySet
      refusals.set(hashOf(token), { reason, ...periodOf(token, reason, nowMs) })
    },
  }
}

function periodOf(token: string, reason: AuthErrorReason, nowMs: number): Omit<Refusal, 'reason'> {
  switch (reason) {
    case 'expired':
      return { fromMs: validityOf(decodeJwt(token)).expiresAtMs, untilMs: Infinity }
    case 'not_yet_valid':
      return { fromMs: -Infinity, untilMs: validityOf(decodeJwt(token)).validFromMs }
    case 'signature':
      return { fromMs: nowMs, untilMs: nowMs + SIGNATURE_MS }
    default:
      return { fromMs: -Infinity, untilMs: Infinity }
  }
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url')
