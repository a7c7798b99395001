import { AsyncLocalStorage } from 'node:async_hooks'
import type { RequestHandler } from 'express'

/** Knows which request caused what runs at the moment, however many promises and timers lie between. */
export interface RequestScope {
  readonly handler: RequestHandler
  /** `undefined` for what no request caused. */
  readonly requestId: () => string | undefined
}

export function createRequestScope(): RequestScope {
  const storage = new AsyncLocalStorage<string>()
  return {
    handler: (req, _res, next) => {
      storage.run(req.id, next)
    },
    requestId: () => storage.getStore(),
  }
}
