/** A clock that stands still until it is told otherwise. */
export function createClock(start = Date.now()) {
  let milliseconds = Math.floor(start / 1000) * 1000
  return {
    now: () => milliseconds,
    seconds: () => milliseconds / 1000,
    advance(by: { seconds?: number; minutes?: number; hours?: number }) {
      const { seconds = 0, minutes = 0, hours = 0 } = by
      milliseconds += 1000 * (seconds + 60 * (minutes + 60 * hours))
    },
  }
}
