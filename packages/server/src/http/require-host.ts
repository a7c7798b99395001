import { TRPCError } from '@trpc/server'
import { headerValues } from '@trpc-hybrid/access-token/engine'
import { SANE_HOST } from './base-url.ts'
import type { Step } from './exchange.ts'

/** RFC 9112 §3.2: a request of HTTP/1.1 has exactly one `Host`, and a valid one; else it is a 400. */
export const requireHost: Step = ({ req }, next) => {
  const [host, ...more] = headerValues(req.rawHeaders, 'host')
  const missing = host === undefined && req.httpVersion === '1.1'
  if (missing || more.length > 0 || (host !== undefined && !SANE_HOST.test(host))) {
    throw new TRPCError({ code: 'BAD_REQUEST' })
  }
  next()
}
