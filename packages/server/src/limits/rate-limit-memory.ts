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
  const windows = new LRUCache<string, Window>({ max: MAX_CLIENTS })

  function begin(client: string, now: number): Window {
    const window = { hits: 0, endsAt: now + windowMs }
    windows.set(client, window)
    return window
  }

  return {
    increment(client) {
      const now = monotonicNow()
      const known = windows.get(client)
      const window = known && now < known.endsAt ? known : begin(client, now)
      window.hits++
      return { hits: window.hits, msLeft: window.endsAt - now }
    },
  }
}
