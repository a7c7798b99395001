type Decode = (bytes: Buffer) => string

const utf8: Decode = (bytes) => bytes.toString('utf8')
const utf16le: Decode = (bytes) => bytes.toString('utf16le')
const utf16be: Decode = (bytes) =>
  Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString('utf16le')
const isBigEndian = (bytes: Buffer) => bytes[0] === 0xfe && bytes[1] === 0xff

/** The character sets that a JSON text may be in. RFC 8259 has only the first. */
const DECODERS: Readonly<Record<string, Decode>> = {
  'utf-8': utf8,
  'utf-16le': utf16le,
  'utf-16be': utf16be,
  'utf-16': (bytes) => (isBigEndian(bytes) ? utf16be : utf16le)(bytes),
}

export const isUnicode = (charset: string) => Object.hasOwn(DECODERS, charset)

/** A text without its byte order mark. @param charset one for which `isUnicode` is true */
export function textOf(bytes: Buffer, charset = 'utf-8'): string {
  const text = (DECODERS[charset] ?? utf8)(bytes)
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}
