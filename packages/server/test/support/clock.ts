interface Duration {
  readonly seconds?: number
  readonly minutes?: number
  readonly hours?: number
}

/** Clocks that stand still until they are told otherwise: `now` can be set, `monotonicNow` can't. */
export function createClock(start = Date.now()) {
  let milliseconds = Math.floor(start / 1000) * 1000
  let passed = 0
  return {
    now: () => milliseconds,
    monotonicNow: () => passed,
    seconds: () => milliseconds / 1000,
    advance(by: Duration) {
      milliseconds += inMs(by)
      passed += inMs(by)
    },
    /** Sets the wall clock alone. */
    set(by: Duration) {
      milliseconds += inMs(by)
    },
  }
}

const inMs = ({ seconds = 0, minutes = 0, hours = 0 }: Duration) =>
  1000 * (seconds + 60 * (minutes + 60 * hours))
