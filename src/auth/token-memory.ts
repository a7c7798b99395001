import { LRUCache } from 'lru-cache'
import type { AccessToken } from './access-token.ts'
import type { KeySet } from './keys.ts'
import { CLOCK_TOLERANCE_SECONDS } from './verifier.ts'

const MAX_TOKENS = 10_000

interface Remembered {
  readonly accessToken: AccessToken
  /** `exp` and `nbf`, in milliseconds and with the clock tolerance, so that a look is one comparison. */
  readonly expiresAtMs: number
  readonly validFromMs: number
}

/** Remembers verified tokens, so that a signature is checked once and not on every request. */
export interface TokenMemory {
  /** The token, if it was verified with these keys and is valid now. */
  find(token: string, keySet: KeySet, nowMs: number): AccessToken | undefined
  /** @param keySet the keys that it was verified with */
  remember(token: string, accessToken: AccessToken, keySet: KeySet): void
}

/** Bounded, and emptied when the keys change: a withdrawn key takes its tokens with it. */
export function createTokenMemory(): TokenMemory {
  const tokens = new LRUCache<string, Remembered>({ max: MAX_TOKENS })
  let keys: KeySet | undefined

  function emptyUnlessOf(keySet: KeySet): void {
    if (keys === keySet) return
    tokens.clear()
    keys = keySet
  }

  return {
    find(token, keySet, nowMs) {
      emptyUnlessOf(keySet)
      const known = tokens.get(token)
      if (!known || nowMs < known.validFromMs) return undefined
      if (nowMs < known.expiresAtMs) return known.accessToken
      tokens.delete(token)
      return undefined
    },
    remember(token, accessToken, keySet) {
      keys ??= keySet
      if (keys !== keySet) return // the keys changed while it was verified
      const { exp = 0, nbf = 0 } = accessToken.claims
      tokens.set(token, {
        accessToken,
        expiresAtMs: Math.ceil(exp + CLOCK_TOLERANCE_SECONDS) * 1000,
        validFromMs: Math.ceil(nbf - CLOCK_TOLERANCE_SECONDS) * 1000,
      })
    },
  }
}
