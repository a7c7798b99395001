import { LRUCache } from 'lru-cache'
import type { AccessToken } from './access-token.ts'
import type { KeySet } from './keys.ts'
import { createShares } from './shares.ts'
import { validityOf } from './validity.ts'

/** A shorter token counts as this long, because its claims and its entry take room too. */
const USUAL_CHARS = 1_600
const MAX_TOKENS = 10_000
const MAX_CHARS = MAX_TOKENS * USUAL_CHARS
/** The tokens of one subject together: 1,000 of usual size. */
const MAX_CHARS_OF_SUBJECT = MAX_CHARS / 10

/** The end of its signature identifies a token. Looking up the whole text takes 1 µs more. */
const KEY_CHARS = 32
const keyOf = (token: string) => token.slice(-KEY_CHARS)

interface Remembered {
  readonly token: string
  readonly accessToken: AccessToken
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

/**
 * Bounded, in total and for each subject. It is emptied when the keys change, so a withdrawn key takes its
 * tokens with it.
 */
export function createTokenMemory(): TokenMemory {
  const shares = createShares(MAX_CHARS_OF_SUBJECT)
  const tokens = new LRUCache<string, Remembered>({
    max: MAX_TOKENS,
    maxSize: MAX_CHARS,
    sizeCalculation: ({ token }) => roomFor(token),
    dispose: ({ accessToken }, key) => {
      shares.release(accessToken.subject, key)
    },
  })
  let keys: KeySet | undefined

  function emptyUnlessOf(keySet: KeySet): void {
    if (keys === keySet) return
    tokens.clear()
    keys = keySet
  }

  return {
    find(token, keySet, nowMs) {
      emptyUnlessOf(keySet)
      const known = tokens.get(keyOf(token))
      if (known?.token !== token || nowMs < known.validFromMs) return undefined
      if (nowMs < known.expiresAtMs) return known.accessToken
      tokens.delete(keyOf(token))
      return undefined
    },
    remember(token, accessToken, keySet) {
      keys ??= keySet
      if (keys !== keySet) return // the keys changed while it was verified
      const key = keyOf(token)
      tokens.delete(key)
      for (const oldest of shares.take(accessToken.subject, key, roomFor(token))) {
        tokens.delete(oldest)
      }
      tokens.set(key, { token, accessToken, ...validityOf(accessToken.claims) })
    },
  }
}

const roomFor = (token: string) => Math.max(token.length, USUAL_CHARS)
