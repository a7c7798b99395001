import { LRUCache } from 'lru-cache'
import type { RateLimitStore } from './rate-limit.ts'

/** 12 MB at most. */
export const MAX_CLIENTS = 50_000

interface Window {
  hits: number
  /** On the monotonic clock. */
  readonly endsAt: number
}

/**
 * Counts in this process, in windows that a monotonic clock measures. By a wall clock that is set back by two
 * hours, a client would be refused for two hours. Beyond `MAX_CLIENTS`, the client that has sent nothing for the
 * longest time is forgotten: whoever sends on stays counted, however many others there are.
 *
 * @param monotonicNow in milliseconds
 */
export function createRateLimitMemory(
  { windowMs }: { readonly windowMs: number },
  monotonicNow: () => number,
): RateLimitStore {
  let windows: LRUCache<string, Window> | undefined // has room for all clients at once: 1.5 MB

  return {
    increment(client) {
      windows ??= new LRUCache({ max: MAX_CLIENTS })
      const now = monotonicNow()
      let window = windows.get(client)
      if (!window || now >= window.endsAt) {
        window = { hits: 0, endsAt: now + windowMs }
        windows.set(client, window)
      }
      window.hits++
      return { hits: window.hits, msLeft: window.endsAt - now }
    },
  }
}
