import type { RateLimitStore } from './rate-limit.ts'

interface Window {
  hits: number
  /** On the monotonic clock. */
  readonly endsAt: number
}

/**
 * Counts in this process, in windows that a monotonic clock measures. By a wall clock that is set back by two
 * hours, a client would be refused for two hours.
 *
 * @param monotonicNow in milliseconds
 */
export function createRateLimitMemory(
  { windowMs }: { readonly windowMs: number },
  monotonicNow: () => number,
): RateLimitStore {
  const windows = new Map<string, Window>()
  let sweepAt = monotonicNow() + windowMs

  function begin(client: string, now: number): Window {
    if (now >= sweepAt) forgetEnded(now)
    const window = { hits: 0, endsAt: now + windowMs }
    windows.set(client, window)
    return window
  }

  function forgetEnded(now: number): void {
    for (const [client, { endsAt }] of windows) if (now >= endsAt) windows.delete(client)
    sweepAt = now + windowMs
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
