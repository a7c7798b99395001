import type { HybridRequest } from '../request.ts'
import { Deadline, type OnUnsettled } from './deadline.ts'
import type { UnsettledReason } from './unsettled.ts'

/** The deadlines of all requests whose procedures have not settled. */
export interface Deadlines {
  /** Call it before the procedures of a request are called, and `settle` once they have settled. */
  readonly begin: (request: HybridRequest, onUnsettled: OnUnsettled) => Deadline
  /** Ends those whose time is over. To be called every `sweepMs`. */
  readonly sweep: () => void
  /** Aborts the signals of all that are open, so that procedures that listen can settle. */
  readonly tellAll: (reason: UnsettledReason) => void
  /** Has all answered that are open. */
  readonly endAll: (reason: UnsettledReason) => void
}

/**
 * One sweep looks after all of them, so that no request pays for a timer, nor for asking what time it is. They all
 * have the same time, so the ring is in the order in which they end, and a sweep looks at those that end.
 *
 * @param timeoutMs what procedures have; a sweep ends them up to `sweepMs` later
 */
export function createDeadlines(times: {
  readonly timeoutMs: number
  readonly sweepMs: number
}): Deadlines {
  const ring = new Deadline(undefined as never, () => undefined)
  const sweepsAllowed = Math.ceil(times.timeoutMs / times.sweepMs)
  let sweeps = 0

  function enter(deadline: Deadline): void {
    const { previous } = ring
    deadline.beganAt = sweeps
    deadline.previous = previous
    deadline.next = ring
    previous.next = deadline
    ring.previous = deadline
  }

  function end(deadline: Deadline, reason: UnsettledReason): void {
    deadline.leave()
    deadline.tell(reason)
    deadline.onUnsettled(reason)
  }

  return {
    begin(request, onUnsettled) {
      const deadline = new Deadline(request, onUnsettled)
      enter(deadline)
      return deadline
    },
    sweep() {
      sweeps++
      for (let first = ring.next; first !== ring; first = ring.next) {
        if (sweeps - first.beganAt <= sweepsAllowed) return
        if (first.hasWholeRequest) end(first, 'timeout')
        else {
          first.leave()
          enter(first)
        }
      }
    },
    tellAll(reason) {
      for (let one = ring.next; one !== ring; one = one.next) one.tell(reason)
    },
    endAll(reason) {
      for (let first = ring.next; first !== ring; first = ring.next) end(first, reason)
    },
  }
}
