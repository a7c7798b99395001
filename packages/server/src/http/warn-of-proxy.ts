import type { Logger } from 'pino'
import type { Step } from './exchange.ts'

/** Warns once when there seems to be a proxy in front of a server that was told of none. */
export function createProxyWarning(logger: Logger): Step {
  let told = false
  return ({ req }, next) => {
    if (!told && req.headers['x-forwarded-for'] !== undefined) {
      told = true
      logger.warn(
        'X-Forwarded-For came while TRUST_PROXY is 0: where a proxy sends it, all its clients count as one',
      )
    }
    next()
  }
}
