/** The character sets that a JSON text may be in. RFC 8259 has only the first. */
const CHARSETS: readonly string[] = ['utf-8', 'utf-16le', 'utf-16be', 'utf-16']

export const isUnicode = (charset: string) => CHARSETS.includes(charset)

const isBigEndian = (bytes: Uint8Array) => bytes[0] === 0xfe && bytes[1] === 0xff
const UTF_8 = new TextDecoder()

/** A text without its byte order mark. @param charset one for which `isUnicode` is true */
export function textOf(bytes: Uint8Array, charset = 'utf-8'): string {
  if (charset === 'utf-8') return UTF_8.decode(bytes)
  const isBig = charset === 'utf-16be' || (charset === 'utf-16' && isBigEndian(bytes))
  return new TextDecoder(isBig ? 'utf-16be' : 'utf-16le').decode(bytes)
}
