/** Where the `signal` of a call comes from. */
export interface SignalSource {
  /** Aborted when the caller hangs up before its answer is complete, and when its procedure's time is over. */
  readonly signal: AbortSignal | undefined
}

/**
 * Has the `signal` of its source, which is asked for it only when somebody looks: an `AbortSignal` costs 2 µs,
 * and few procedures want one. It is an own property, so that `{ ...options }` has it too, with one getter for
 * all objects, so that V8 keeps one hidden class for all.
 */
export class Signalled implements SignalSource {
  declare readonly signal: AbortSignal | undefined
  readonly #source: SignalSource

  constructor(source: SignalSource) {
    this.#source = source
    Object.defineProperty(this, 'signal', Signalled.#property)
  }

  static readonly #property = {
    enumerable: true,
    configurable: true,
    get(this: Signalled) {
      return this.#source.signal
    },
  }
}
