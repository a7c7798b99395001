import { TRPCError } from '@trpc/server'
import type { Step } from './exchange.ts'

/**
 * Refuses a body that says it is larger than `maxBytes` before any of it is read. One that does not
 * say its length is counted by whoever reads it.
 */
export function createBodyLimit(maxBytes: number): Step {
  return ({ req, res }, next) => {
    if (Number(req.headers['content-length'] ?? 0) <= maxBytes) {
      next()
      return
    }
    res.setHeader('connection', 'close')
    throw new TRPCError({ code: 'PAYLOAD_TOO_LARGE' })
  }
}
