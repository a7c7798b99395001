import type { Response } from 'express'

/** nginx's status for a request whose sender left before there was an answer. */
export const CLIENT_CLOSED_REQUEST = 499
/** For what is still being done then. */
const DECISION_TIMEOUT_MS = 10_000

export interface Outcome {
  readonly status: number
  /** Whether the sender had gone before it had all of the answer. */
  readonly aborted: boolean
}

/**
 * Reports the end of a request once, with the status of its answer. If its sender has gone before, that is the
 * status that it would have got, so that a refusal still counts as one.
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
