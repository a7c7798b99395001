/** What time it is, and how much of it has passed: two clocks, because the first can be set. */
export interface Clocks {
  /** Milliseconds since the epoch: for times that others name, such as a token's `exp`. */
  readonly now: () => number
  /** Milliseconds since some moment; never set back: for durations, such as the age of keys. */
  readonly monotonicNow: () => number
}

export const SYSTEM_CLOCKS: Clocks = {
  now: Date.now,
  monotonicNow: () => performance.now(),
}
