import type { Store } from 'express-rate-limit'

interface Window {
  hits: number
  /** On the monotonic clock. */
  readonly endsAt: number
}

/**
 * Counts in this process, in windows that a monotonic clock measures. The store of express-rate-limit
 * goes by the wall clock: set back by two hours, it would refuse a client for as long.
 *
 * @param monotonicNow in milliseconds
 */
export function createRateLimitMemory(monotonicNow: () => number): Store {
  const windows = new Map<string, Window>()
  let windowMs = 0
  let sweep: NodeJS.Timeout | undefined

  function windowOf(key: string): Window {
    const now = monotonicNow()
    const known = windows.get(key)
    if (known && now < known.endsAt) return known
    const window = { hits: 0, endsAt: now + windowMs }
    windows.set(key, window)
    return window
  }

  function forgetEnded(): void {
    const now = monotonicNow()
    for (const [key, { endsAt }] of windows) if (now >= endsAt) windows.delete(key)
  }

  return {
    localKeys: true,
    init(options) {
      windowMs = options.windowMs
      sweep = setInterval(forgetEnded, windowMs).unref()
    },
    increment(key) {
      const window = windowOf(key)
      window.hits++
      const resetTime = new Date(Date.now() + window.endsAt - monotonicNow())
      return { totalHits: window.hits, resetTime }
    },
    decrement(key) {
      const window = windows.get(key)
      if (window && window.hits > 0) window.hits--
    },
    resetKey(key) {
      windows.delete(key)
    },
    shutdown() {
      clearInterval(sweep)
      windows.clear()
    },
  }
}
