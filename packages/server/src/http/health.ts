import type { RequestHandler } from 'express'
import { TRPCError } from '@trpc/server'

/** `GET /livez`: the process runs and answers. */
export const live: RequestHandler = (_req, res) => {
  res.json({ status: 'ok' })
}

/** `GET /readyz`: requests can be served; 503 while the keys are missing or the server is stopping. */
export function createReadyHandler(isReady: () => boolean): RequestHandler {
  return (_req, res) => {
    if (!isReady()) throw new TRPCError({ code: 'SERVICE_UNAVAILABLE' })
    res.json({ status: 'ok' })
  }
}
