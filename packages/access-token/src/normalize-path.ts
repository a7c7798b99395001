const ENCODED_OCTET = /%[\da-f]{2}/gi
/** RFC 3986 §2.3. */
const UNRESERVED = /[\w.~-]/

/**
 * The percent-encodings of a path as RFC 3986 §6.2.2 writes them: `%7e` is `~`, `%2f` is `%2F`. What is reserved
 * stays encoded, since decoding it would make another path.
 */
export function normalizePath(path: string): string {
  return path.replace(ENCODED_OCTET, (octet) => {
    const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16))
    return UNRESERVED.test(character) ? character : octet.toUpperCase()
  })
}
