import { TRPCError } from '@trpc/server'
import type { ErrorRequestHandler, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { findAuthError, toPublicError } from '../public-error.ts'
import type { Context } from '../trpc.ts'
import type { CreateContext } from './context.ts'

/** The headers that belong to an error: its challenge (RFC 6750 §3) and when to come back. */
export function errorHeaders(error: unknown, challenge: Context['challenge']): Headers {
  const headers = new Headers()
  const refusal = findAuthError(error)
  const value = refusal && challenge(refusal)
  if (value !== undefined) headers.set('www-authenticate', value)
  if (refusal?.retryAfterSeconds !== undefined) {
    headers.set('retry-after', String(refusal.retryAfterSeconds))
  }
  return headers
}

/** The last handler of a path that nothing answered. */
export const notFound: RequestHandler = () => {
  throw new TRPCError({ code: 'NOT_FOUND' })
}

/** Answers every error outside `/trpc` with `{ message }`; what happened goes to the log alone. */
export function createErrorHandler(options: {
  readonly logger: Logger
  readonly createContext: CreateContext
}): ErrorRequestHandler {
  // eslint-disable-next-line max-params -- Express knows an error handler by its four parameters
  return (error: unknown, req, res: Response, _next) => {
    const { status, message, issues } = toPublicError(error)
    if (status >= 500) options.logger.error({ requestId: req.id, err: error }, 'request failed')
    if (res.headersSent) {
      res.destroy()
      return
    }
    res.setHeaders(errorHeaders(error, options.createContext(req).challenge))
    res.status(status).json(issues ? { message, issues } : { message })
  }
}
