import type { Response } from 'express'

/** nginx' word for a request whose sender has gone before there was an answer. */
export const CLIENT_CLOSED_REQUEST = 499
/** For what is still being done then. */
const DECISION_TIMEOUT_MS = 10_000

export interface Outcome {
  readonly status: number
  /** Whether the sender had gone before it had all of the answer. */
  readonly aborted: boolean
}

/**
 * Tells once of the end of a request, and of the status of its answer. Where its sender has gone before,
 * that is the status which it would have got, so that a refusal counts as one.
 */
export function whenOver(res: Response, tell: (outcome: Outcome) => void): void {
  res.on('close', () => {
    const { destroyed, writableFinished } = res.req.socket
    if (res.headersSent) tell({ status: res.statusCode, aborted: destroyed && !writableFinished })
    else whenDecided(res, tell)
  })
}

function whenDecided(res: Response, tell: (outcome: Outcome) => void): void {
  const done = (status: number): Response => {
    clearTimeout(timer)
    res.end = () => res
    tell({ status, aborted: true })
    return res
  }
  const timer = setTimeout(done, DECISION_TIMEOUT_MS, CLIENT_CLOSED_REQUEST).unref()
  res.end = () => done(res.statusCode)
}
