import type { RequestHandler } from 'express'
import type { Logger } from 'pino'

/** One line a request, written when its response is over. The query is left out: it may hold secrets. */
export function createAccessLog(logger: Logger): RequestHandler {
  return (req, res, next) => {
    const start = performance.now()
    const { method, path } = req
    res.once('close', () => {
      logger.info(
        {
          requestId: req.id,
          method,
          path,
          status: res.statusCode,
          durationMs: Math.round((performance.now() - start) * 1000) / 1000,
          ...(!res.writableFinished && { aborted: true }),
        },
        'request',
      )
    })
    next()
  }
}
