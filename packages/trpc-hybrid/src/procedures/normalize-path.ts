/**
 * A path in which equivalent spellings are one (RFC 3986 §6.2.2.1 and §6.2.2.2): the digits of an encoded octet
 * are upper-case, and characters that need no encoding have none. `%2F` stays: it is no slash. Dot segments stay
 * too, since clients resolve them, and a proxy in front has judged the path as it came.
 */
export function normalizePath(path: string): string {
  return path.includes('%') ? path.replaceAll(ENCODED, normalizeOctet) : path
}

/** An encoded octet, or a parameter of a template, whose name is left alone. */
const ENCODED = /%[\da-f]{2}|\{[^{}]*\}/gi

/** RFC 3986 §2.3. */
const UNRESERVED = /[\w.~-]/

function normalizeOctet(text: string): string {
  if (text.startsWith('{')) return text
  const character = String.fromCharCode(Number.parseInt(text.slice(1), 16))
  return UNRESERVED.test(character) ? character : text.toUpperCase()
}
