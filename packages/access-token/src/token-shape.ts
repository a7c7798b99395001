import type { TokenFault } from './errors.ts'

/**
 * Three parts in base64url without padding (RFC 7515 §7.1), each in its canonical form. jose would also
 * accept padding and any unused bits, which give one signature up to 16 texts.
 */
export function isCompactJws(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) && token.split('.').every(isCanonical)
}

/** RFC 4648 §3.5: the bits of the last character that stand for no byte are zero. */
function isCanonical(part: string): boolean {
  const last = part.slice(-1)
  switch (part.length % 4) {
    case 0:
      return true
    case 2:
      return 'AQgw'.includes(last)
    case 3:
      return 'AEIMQUYcgkosw048'.includes(last)
    default:
      return false // no number of bytes has such a length
  }
}

/**
 * What is wrong with a text that is not a signed JWT. An issuer that was not asked for an audience may give an
 * opaque token, or one that is encrypted for itself: five parts (RFC 7516 §7.1), the second often empty.
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
