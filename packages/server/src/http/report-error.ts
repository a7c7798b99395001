import { TRPCError } from '@trpc/server'
import type { Logger } from 'pino'
import { findAuthError } from './find-auth-error.ts'
import type { Exchange } from './exchange.ts'
import { BodyError, UnsettledError, type PublicError } from 'trpc-hybrid/engine'

/** Where an error comes from. */
export interface ErrorPlace {
  readonly exchange: Exchange
  /** What was called, where that is known: a name that no procedure has is the client's. */
  readonly path: string | undefined
}

/** Told of every error that a client gets, once for each call of a batch. */
export type ReportError = (error: PublicError, place: ErrorPlace) => void

export interface ErrorReportOptions {
  readonly logger: Logger
  /** Called for each procedure that has not settled in its time. */
  readonly onTimeout: () => void
  /** Told of every error that is not logged otherwise. */
  readonly reportHidden: ReportError
}

/**
 * Logs what is our own fault, with cause and stack. A refusal for lack of a permission is noted for the
 * request's line in the log.
 */
export function createErrorReport(options: ErrorReportOptions): ReportError {
  const { logger, onTimeout, reportHidden } = options
  return (told, place) => {
    const { status, cause: error } = told
    const { exchange } = place
    const { id: requestId } = exchange
    if (error instanceof TRPCError && error.cause instanceof UnsettledError) {
      const { reason, procedure, message } = error.cause
      if (reason === 'timeout') onTimeout()
      logger.error({ requestId, procedure, reason: message }, 'procedure not settled')
      return
    }
    const refusal = findAuthError(error)
    if (refusal?.code === 'insufficient_scope') exchange.denial = refusal
    if (isHangUp(error, exchange)) return
    if (status < 500 || isExpected(error)) {
      reportHidden(told, place)
      return
    }
    logger.error({ requestId, err: error }, 'request failed')
  }
}

/** Not ready, or without the issuer's keys: that is logged when it begins, not for each request. */
function isExpected(error: unknown): boolean {
  if (findAuthError(error)) return true
  return error instanceof TRPCError && error.code === 'SERVICE_UNAVAILABLE' && !error.cause
}

/** The errors of a response, or of reading a body, when the other side hangs up. */
const HANG_UPS = ['ECONNABORTED', 'ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR']

/** Whether the only thing that went wrong is that nobody is left to answer. */
export function isHangUp(error: unknown, { req: { socket } }: Exchange): boolean {
  if (!socket.destroyed) return false
  const causes = error instanceof Error ? [error, error.cause] : []
  return causes.some(isEndOfConnection)
}

function isEndOfConnection(cause: unknown): boolean {
  if (cause instanceof BodyError) return cause.code === 'gone'
  if (!(cause instanceof Error)) return false
  return cause.name === 'AbortError' || ('code' in cause && HANG_UPS.includes(String(cause.code)))
}
