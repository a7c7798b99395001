import type { Response } from 'express'

/** nginx's status for a request whose sender left before there was an answer. */
export const CLIENT_CLOSED_REQUEST = 499
/** How long to wait for what is still being done then. */
const DECISION_TIMEOUT_MS = 10_000

export interface Outcome {
  readonly status: number
  /** Whether the sender left before it had received the whole answer. */
  readonly aborted: boolean
}

/**
 * Reports the end of a request once, with the status of its answer. If its sender left before, it reports
 * the status that the answer would have had, so that a refusal still counts as one.
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
