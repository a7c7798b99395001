import { validateHeaderName, validateHeaderValue, type ServerResponse } from 'node:http'

/** What says how an answer is framed and coded is the server's business: any other value would break it. */
const OF_THE_SERVER: ReadonlySet<string> = new Set([
  ...['content-length', 'transfer-encoding', 'content-encoding', 'content-range', 'trailer'],
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'upgrade', 'http2-settings'],
])
/** Fields whose values add up; each `Set-Cookie` is a line of its own (RFC 9110 §5.3). */
const ADDED_TO = new Set(['vary', 'link', 'set-cookie'])

/**
 * Keeps a header for the answer. `Vary`, `Link` and `Set-Cookie` are added to what is there, any other is replaced.
 *
 * @throws {TypeError} for a header that is the server's own, or that can't be sent
 */
export function keepHeader(headers: Headers, name: string, value: string): void {
  validateHeaderName(name)
  validateHeaderValue(name, value)
  const key = name.toLowerCase()
  if (OF_THE_SERVER.has(key)) throw new TypeError(`The header ${key} is set by the server`)
  if (ADDED_TO.has(key)) headers.append(key, value)
  else headers.set(key, value)
}

export function sendKeptHeaders(res: ServerResponse, headers: Headers): void {
  for (const [name, value] of headers) {
    if (ADDED_TO.has(name)) res.appendHeader(name, value)
    else res.setHeader(name, value)
  }
}
