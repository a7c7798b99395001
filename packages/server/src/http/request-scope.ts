import { AsyncLocalStorage } from 'node:async_hooks'
import type { Step } from './exchange.ts'

/** Knows which request caused what runs at the moment, however many promises and timers lie between. */
export interface RequestScope {
  readonly step: Step
  /** Runs what no request asked for, under an id of its own. */
  readonly run: <T>(id: string, work: () => T) => T
  /** `undefined` for what no request caused. */
  readonly requestId: () => string | undefined
}

/**
 * Node.js before 24 follows each promise by hooks in JavaScript, whoever makes it: a GET takes 4 µs more, a
 * call over RPC 7 µs, a batch of ten 28 µs, which is a third. With 24 it is 3 % of the last two.
 */
export function createRequestScope(): RequestScope {
  const storage = new AsyncLocalStorage<string>()
  return {
    step: ({ id }, next) => {
      storage.run(id, next)
    },
    run: (id, work) => storage.run(id, work),
    requestId: () => storage.getStore(),
  }
}
