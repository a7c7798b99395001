import type { TokenFault } from './errors.ts'

/** Three parts in base64url without padding (RFC 7515 §7.1): jose would take padding too. */
export function isCompactJws(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)
}

/**
 * What is wrong with a text that is no signed JWT. An issuer that was not asked for an audience may give
 * an opaque token, or one that is encrypted for itself: five parts (RFC 7516 §7.1), the second often empty.
 */
export function faultOfShape(token: string): TokenFault {
  if (/^(?:[\w-]*\.){4}[\w-]*$/.test(token)) return 'encrypted'
  return beginsWithObject(token) ? 'malformed' : 'opaque'
}

function beginsWithObject(token: string): boolean {
  const [first = ''] = token.split('.')
  try {
    const value: unknown = JSON.parse(Buffer.from(first, 'base64url').toString())
    return typeof value === 'object' && value !== null
  } catch {
    return false
  }
}
