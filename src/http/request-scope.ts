import { AsyncLocalStorage } from 'node:async_hooks'
import type { Step } from './exchange.ts'

/** Knows which request caused what runs at the moment, however many promises and timers lie between. */
export interface RequestScope {
  readonly step: Step
  /** `undefined` for what no request caused. */
  readonly requestId: () => string | undefined
}

export function createRequestScope(): RequestScope {
  const storage = new AsyncLocalStorage<string>()
  return {
    step: ({ id }, next) => {
      storage.run(id, next)
    },
    requestId: () => storage.getStore(),
  }
}
