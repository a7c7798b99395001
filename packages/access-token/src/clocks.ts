/** What time it is, and how much time has passed. These are two clocks, because the first can be set. */
export interface Clocks {
  /** Milliseconds since the epoch: for times that others set, such as a token's `exp`. */
  readonly now: () => number
  /** Milliseconds since some moment. Never set back: for durations, such as the age of keys. */
  readonly monotonicNow: () => number
}

export const SYSTEM_CLOCKS: Clocks = {
  now: Date.now,
  monotonicNow: () => performance.now(),
}
