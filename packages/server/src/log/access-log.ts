import type { Logger } from 'pino'
import type { RequestObserver } from '../http/observation.ts'

/** One line per request. Of its URL it has only the route's template: the rest may contain secrets. */
export function createAccessLog(logger: Logger): RequestObserver {
  return (request) => {
    logger.info(request, 'request')
  }
}
