import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'

declare module 'express-serve-static-core' {
  interface Request {
    /** Names the request in the log and in `x-request-id`. */
    id: string
  }
}

/** What may be copied into a header and a log line unchanged. */
const SANE_ID = /^[\w.:-]{1,128}$/

/** Gives every request an id: the caller's own if it is sane, otherwise a new one. */
export const requestId: RequestHandler = (req, res, next) => {
  const given = req.headers['x-request-id']
  req.id = typeof given === 'string' && SANE_ID.test(given) ? given : randomUUID()
  res.setHeader('x-request-id', req.id)
  next()
}
