/**
 * Whether `await` would wait for a value. Never ask `instanceof Promise` instead: the promises of an `async`
 * function are none where the global `Promise` was replaced, and the queries of database libraries are none at
 * all.
 */
export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return 'then' in value && typeof value.then === 'function'
}
