import type { IncomingMessage } from 'node:http'
import { SANE_HOST } from './base-url.ts'

const SLASH = 47
const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)(\/?.*)$/i

/**
 * Makes one of the absolute form (RFC 9112 §3.2.2) that of the origin form, in which all that follows reads it.
 * Its host takes the place of the one in `Host`, as that section asks.
 *
 * @returns whether it is a target for this server: user information in it, for example, is an error
 *   (RFC 9110 §4.2.4)
 */
export function readRequestTarget(req: IncomingMessage): boolean {
  const { url = '' } = req
  if (url.charCodeAt(0) === SLASH || url === '*') return true
  const [, host = '', target = ''] = ABSOLUTE_FORM.exec(url) ?? []
  if (!SANE_HOST.test(host)) return false
  req.headers.host = host
  req.url = target.startsWith('/') ? target : `/${target}`
  return true
}
