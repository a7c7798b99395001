/** RFC 9110 §8.8.3, without the quotes. */
const OPAQUE = /^[!#-~]+$/
const TAGS = /(?:W\/)?"[!#-~\x80-\xff]*"/g
const WEAK = /^W\//

/**
 * The strong entity tag of a version.
 *
 * @throws {TypeError} for what can't stand in a header
 */
export function entityTagOf(version: string | number): string {
  const text = String(version)
  if (!OPAQUE.test(text)) {
    throw new TypeError(
      `The version ${JSON.stringify(text)} must be visible ASCII without blanks and " (RFC 9110 §8.8.3)`,
    )
  }
  return `"${text}"`
}

/**
 * Whether a list of `If-Match` or `If-None-Match` names a tag. `*` names any that there is.
 *
 * @param current `undefined` where there is no such resource
 * @param comparison `strong`: as it is written, for a tag that is no weak one; `weak`: weak tags are as others are
 *   (RFC 9110 §8.8.3.2)
 */
export function namesTag(
  list: string,
  current: string | undefined,
  comparison: 'strong' | 'weak',
): boolean {
  if (current === undefined) return false
  if (list.trim() === '*') return true
  const opaque = (tag: string) => (comparison === 'weak' ? tag.replace(WEAK, '') : tag)
  const wanted = opaque(current)
  return (list.match(TAGS) ?? []).some((tag) => opaque(tag) === wanted)
}
