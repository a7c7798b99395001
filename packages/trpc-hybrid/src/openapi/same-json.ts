/** Whether two values of JSON are the same, in whatever order their names are. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') return one === other
  if (one === null || other === null || Array.isArray(one) !== Array.isArray(other)) {
    return one === other
  }
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every(
      (name) =>
        Object.hasOwn(other, name) &&
        isSameJson(one[name as keyof typeof one], other[name as keyof typeof other]),
    )
  )
}
