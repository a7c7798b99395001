import type { HybridRequest } from '../request.ts'
import type { UnsettledReason } from './unsettled.ts'

/** Told once, when the caller is to be answered although its procedures have not settled. */
export type OnUnsettled = (reason: UnsettledReason) => void

/** What a procedure's `signal` says (`signal.reason`), as that of `AbortSignal.timeout()` does. */
const ABORT_REASONS: Record<UnsettledReason, readonly [message: string, name: string]> = {
  timeout: ['The procedure took too long', 'TimeoutError'],
  stop: ['The server stops', 'AbortError'],
}

/**
 * How long the procedures of one request may take. They are told by the request's `signal`.
 *
 * It is a link in a ring of all that are open, which takes 0.02 µs to enter and leave: a `Set` takes five times
 * as much, a timer twenty times.
 */
export class Deadline {
  /** Neighbours in the ring; itself where it is in none. */
  previous: Deadline = this
  next: Deadline = this
  /** The sweep after which it began. */
  beganAt = 0
  /** Why its procedures were told to give up; `undefined` while they may go on. */
  told: UnsettledReason | undefined = undefined
  readonly onUnsettled: OnUnsettled
  readonly #request: HybridRequest

  constructor(request: HybridRequest, onUnsettled: OnUnsettled) {
    this.#request = request
    this.onUnsettled = onUnsettled
  }

  /**
   * Its procedures have settled.
   *
   * @returns `false` when the caller was answered before
   */
  settle(): boolean {
    if (this.next === this) return false
    this.leave()
    return true
  }

  /** Takes it out of its ring. */
  leave(): void {
    this.previous.next = this.next
    this.next.previous = this.previous
    this.previous = this
    this.next = this
  }

  /** Tells the procedures to give up. */
  tell(reason: UnsettledReason): void {
    if (this.told) return
    this.told = reason
    this.#request.abort(new DOMException(...ABORT_REASONS[reason]))
  }

  /** Whether all that its caller sends has come: a procedure can't be blamed for a body that is late. */
  get hasWholeRequest(): boolean {
    return this.#request.isComplete
  }
}
