import { safeFileName } from '../uploads/form-fields.ts'

/** RFC 9110 §5.6.4: the characters of a quoted string that need no backslash, which not every client reads. */
const NOT_PLAIN = /[^ !#$&'()+,.0-9;=@A-Z[\]^_`a-z{}~-]/g
/** RFC 8187 §3.2.1, `attr-char`. `encodeURIComponent` leaves these four alone too. */
const NOT_ATTR = /['()*]/g

/**
 * `Content-Disposition` (RFC 6266) that saves a file by this name: as ASCII for old clients, and in full where
 * that says less (RFC 8187).
 *
 * @returns `undefined` where nothing is left of the name
 */
export function contentDisposition(fileName: string): string | undefined {
  const name = wellFormed(safeFileName(fileName))
  if (name === '') return undefined
  const plain = name.replaceAll(NOT_PLAIN, '_')
  if (plain === name) return `attachment; filename="${name}"`
  const full = encodeURIComponent(name).replaceAll(NOT_ATTR, percentEncoded)
  return `attachment; filename="${plain}"; filename*=UTF-8''${full}`
}

/** Half a surrogate pair can't be encoded. */
const wellFormed = (text: string) => new TextDecoder().decode(new TextEncoder().encode(text))

const percentEncoded = (character: string) =>
  `%${character.charCodeAt(0).toString(16).toUpperCase()}`
