import type { Logger } from 'pino'
import { IssuerError } from '../auth/issuer-error.ts'
import type { KeyFetch } from '../auth/keys.ts'

/** An issuer that makes up a new failure each time fills no disk. */
const MAX_FAILURES_TOLD = 20

/** Tells once of each kind of failure, and of the end of them all; not of every try. */
export function createKeyFetchLog(logger: Logger): (outcome: KeyFetch) => void {
  const told = new Set<string>()

  function tellFailure(error: unknown, durationMs: number): void {
    const { message } = error as Error
    if (told.has(message) || told.size >= MAX_FAILURES_TOLD) return
    told.add(message)
    const details = error instanceof IssuerError ? describe(error) : { err: error }
    logger.warn({ ...details, durationMs }, `the issuer's keys could not be fetched: ${message}`)
  }

  return ({ error, changed, durationMs }) => {
    if (error !== undefined) {
      tellFailure(error, durationMs)
      return
    }
    if (told.size > 0) logger.info({ durationMs }, "the issuer's keys can be fetched again")
    if (changed) logger.info({ durationMs }, "the issuer's keys are new")
    told.clear()
  }
}

/** Without a stack: where in the code it was found helps nobody to mend it. */
function describe(error: IssuerError) {
  const { fault, address, status, code, expectedIssuer, actualIssuer } = error
  return { fault, address, status, code, expectedIssuer, actualIssuer }
}
