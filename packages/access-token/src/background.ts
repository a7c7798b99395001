import { AsyncLocalStorage } from 'node:async_hooks'

/** Runs work that outlives the request that started it. `name` is for the work's own trace. */
export type InBackground = <T>(name: string, work: () => Promise<T>) => Promise<T>

/**
 * Work runs in the context in which this is called, not in that of a request. Otherwise what a stranger put
 * into a request's context, such as `baggage`, would be passed on to others.
 */
export function createBackground(): InBackground {
  const outside = AsyncLocalStorage.snapshot()
  return (_name, work) => outside(work)
}
