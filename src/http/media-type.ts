import type { IncomingHttpHeaders } from 'node:http'

/** The media type of a body, in lower case and without parameters (RFC 9110 §8.3.1). */
export function mediaTypeOf({ 'content-type': type }: IncomingHttpHeaders): string | undefined {
  return type?.split(';', 1)[0]?.trim().toLowerCase()
}

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i

/** The character set that its content type names, in lower case. */
export function charsetOf({ 'content-type': type = '' }: IncomingHttpHeaders): string | undefined {
  return CHARSET.exec(type)?.[1]?.toLowerCase()
}
