import type { Logger } from 'pino'
import { IssuerError, type KeyFetch } from '@trpc-hybrid/access-token/engine'

/** Bounds the log where an issuer fails in a new way each time. */
const MAX_FAILURES_TOLD = 20

/** Logs each kind of failure once, and the end of them all, but not every try. */
export function createKeyFetchLog(logger: Logger): (outcome: KeyFetch) => void {
  const told = new Set<string>()

  function tellFailure(error: unknown, durationMs: number): void {
    const { message } = error as Error
    if (told.has(message) || told.size >= MAX_FAILURES_TOLD) return
    told.add(message)
    const details = error instanceof IssuerError ? describe(error) : { err: error }
    logger.warn({ ...details, durationMs }, `the issuer's keys could not be fetched: ${message}`)
  }

  return ({ error, changed, durationMs: exactMs }) => {
    const durationMs = Math.round(exactMs)
    if (error !== undefined) {
      tellFailure(error, durationMs)
      return
    }
    if (told.size > 0) logger.info({ durationMs }, "the issuer's keys can be fetched again")
    if (changed) logger.info({ durationMs }, "the issuer's keys are new")
    told.clear()
  }
}

/** Without a stack: the place in our code helps nobody to fix it. */
function describe(error: IssuerError) {
  const { fault, address, status, code, expectedIssuer, actualIssuer } = error
  return { fault, address, status, code, expectedIssuer, actualIssuer }
}
