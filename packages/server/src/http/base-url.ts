import type { Request } from 'express'

/**
 * A host name or address with an optional port, which may be empty (RFC 3986 §3.2.3): nothing that could end a
 * quoted string.
 */
export const SANE_HOST = /^[\w.-]+(?::\d{0,5})?$|^\[[\da-f:.]+\](?::\d{0,5})?$/i

/**
 * The address under which the client reaches this server, without a slash at the end, such as
 * `https://api.example.com` or `https://example.com/messages`. It is the configured one, or what the
 * request says, including what trusted proxies say. `undefined` when the request names no sane host.
 */
export function baseUrlOf(req: Request, configured: string | undefined): string | undefined {
  if (configured !== undefined) return configured
  const { host } = req as { host?: string } // absent in HTTP/1.0, whatever Express' types say
  const { protocol } = req // a proxy's word, where one is trusted
  const sane = host !== undefined && SANE_HOST.test(host) && /^https?$/.test(protocol)
  return sane ? `${protocol}://${host.replace(/:$/, '')}` : undefined
}

/** The path in front of this server's own paths, such as `/messages`, which a proxy removes. Usually empty. */
export function basePathOf(configured: string | undefined): string {
  return configured === undefined ? '' : new URL(configured).pathname.replace(/\/$/, '')
}
