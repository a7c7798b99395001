import { TRPCError } from '@trpc/server'
import type { RequestHandler } from 'express'

/** RFC 9112 §3.2: a request of HTTP/1.1 without a `Host` is answered with 400. */
export const requireHost: RequestHandler = (req, _res, next) => {
  if (req.httpVersion === '1.1' && req.headers.host === undefined) {
    throw new TRPCError({ code: 'BAD_REQUEST' })
  }
  next()
}
