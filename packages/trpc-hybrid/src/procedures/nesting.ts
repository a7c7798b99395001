/**
 * How deep lists and objects of an input may be in one another. As deep as MongoDB's documents may be, and far
 * from where a recursive schema, or `JSON.stringify`, runs out of stack, which is some 1,000.
 */
export const MAX_NESTING = 100

/** Values looked at, of which no body has as many: where a transformer makes many of one by references. */
const MAX_VALUES = 200_000

/** Whether a value is nested deeper than `MAX_NESTING`. */
export function isTooDeep(value: unknown): boolean {
  return goesDeeper(value, MAX_NESTING, { values: 0 })
}

/** It calls itself no more than `levels` times. */
function goesDeeper(value: unknown, levels: number, seen: { values: number }): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (++seen.values > MAX_VALUES) return true
  if (Array.isArray(value)) {
    if (levels === 0) return true
    for (const item of value as unknown[]) {
      if (goesDeeper(item, levels - 1, seen)) return true
    }
    return false
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false // a `Date`, a `FormData`
  if (levels === 0) return true
  for (const name in value) {
    if (goesDeeper((value as Record<string, unknown>)[name], levels - 1, seen)) return true
  }
  return false
}
