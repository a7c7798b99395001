import type { IncomingMessage, ServerResponse } from 'node:http'
import { TRPCError } from '@trpc/server'

/** A middleware of Express and of tRPC's adapter alike. */
export type BodyLimit = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void

/**
 * Refuses a body that says it is larger than `maxBytes` before any of it is read. One that does not
 * say its length is counted by whoever reads it.
 */
export function createBodyLimit(maxBytes: number): BodyLimit {
  return (req, res, next) => {
    if (Number(req.headers['content-length'] ?? 0) <= maxBytes) {
      next()
      return
    }
    res.setHeader('connection', 'close')
    next(new TRPCError({ code: 'PAYLOAD_TOO_LARGE' }))
  }
}
