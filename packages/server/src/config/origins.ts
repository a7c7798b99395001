import { list } from './parsers.ts'

/** Schemes whose pages have no origin (RFC 6454 §4), or that have no pages. */
const WITHOUT_ORIGIN = ['about:', 'blob:', 'data:', 'file:', 'ftp:', 'javascript:', 'ws:', 'wss:']

/** The origin of an address, of an app's own scheme too, such as `capacitor://localhost`. */
export function originOf(url: URL): string {
  return url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin
}

/** An exact origin as a browser sends it. A slash at its end is removed. */
function parseOrigin(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || url.host === '' || url.host.includes('*')) return undefined
  const origin = originOf(url)
  const isExact = url.href === origin || url.href === `${origin}/`
  return isExact && !WITHOUT_ORIGIN.includes(url.protocol) ? origin : undefined
}

export function parseOrigins(text: string): string[] | undefined {
  const origins = list(text).map(parseOrigin)
  return origins.every((origin) => origin !== undefined) ? origins : undefined
}

/** Names of headers (RFC 9110 §5.1). `*` is not allowed: it would admit every header except `Authorization`. */
export function parseHeaderNames(text: string): string[] | undefined {
  const names = list(text)
  return names.every((name) => /^[\w.-]+$/.test(name)) ? names : undefined
}
