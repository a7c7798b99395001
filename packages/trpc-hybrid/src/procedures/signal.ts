import type { ServerResponse } from 'node:http'

/** Where the `signal` of a call comes from. */
export interface SignalSource {
  /** Aborted when the caller hangs up before its answer is complete. */
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

/** The signal of a request: made when it is first looked at, the same for all calls of a batch. */
export function signalOf(res: ServerResponse): SignalSource {
  return new RequestSignal(res)
}

/**
 * A class, because V8 makes a new hidden class for each object literal with a getter. Only a full garbage
 * collection frees that, and all that the getter can reach, which cost a third of a request's time.
 */
class RequestSignal implements SignalSource {
  readonly #res: ServerResponse
  #controller: AbortController | undefined

  constructor(res: ServerResponse) {
    this.#res = res
  }

  get signal(): AbortSignal {
    this.#controller ??= abortOnHangUp(this.#res)
    return this.#controller.signal
  }
}

function abortOnHangUp(res: ServerResponse): AbortController {
  const controller = new AbortController()
  const hungUp = () => {
    if (!res.writableEnded) controller.abort()
  }
  if (res.closed) hungUp()
  else res.once('close', hungUp)
  return controller
}
