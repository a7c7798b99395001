import type { Logger } from 'pino'
import type { RequestObserver } from './observation.ts'

/** One line a request. Of its URL there is the route's template alone: the rest may hold secrets. */
export function createAccessLog(logger: Logger): RequestObserver {
  return (request) => {
    logger.info(request, 'request')
  }
}
