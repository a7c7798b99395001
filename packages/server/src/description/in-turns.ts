import { setImmediate } from 'node:timers/promises'

/** A step is one procedure, and takes about half a millisecond. */
const STEPS_IN_A_TURN = 10

/** All steps, with turns of whatever else waits for this thread between them. */
export async function inTurns<T>(steps: Generator<undefined, T>): Promise<T> {
  for (let taken = 1; ; taken += 1) {
    const { done, value } = steps.next()
    if (done) return value
    if (taken % STEPS_IN_A_TURN === 0) await setImmediate()
  }
}
