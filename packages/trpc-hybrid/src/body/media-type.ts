import type { HybridRequest } from '../request.ts'

/** The media type of a body, in lower case and without parameters (RFC 9110 §8.3.1). */
export function mediaTypeOf(request: HybridRequest): string | undefined {
  return request.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
}

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i

/** The character set that its content type names, in lower case. Many write UTF-8 without its hyphen. */
export function charsetOf(request: HybridRequest): string | undefined {
  const name = CHARSET.exec(request.header('content-type') ?? '')?.[1]?.toLowerCase()
  return name === 'utf8' ? 'utf-8' : name
}
