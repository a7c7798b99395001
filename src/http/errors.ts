import { TRPCError } from '@trpc/server'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { findAuthError, toPublicError } from '../public-error.ts'
import type { End } from '../speed/end-together.ts'
import type { Context } from '../trpc.ts'
import type { CreateContext } from './context.ts'
import { JSON_TYPE } from './json-type.ts'
import { isHangUp, type ReportError } from './report-error.ts'
import { CLIENT_CLOSED_REQUEST } from './when-over.ts'

/** The headers that belong to an error: its challenge (RFC 6750 §3) and when to come back. */
export function errorHeaders(error: unknown, challenge: Context['challenge']): Map<string, string> {
  const headers = new Map<string, string>()
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

/** Answers every error with what a client may know about it. What really happened goes to the log alone. */
export function createErrorHandler(options: {
  readonly reportError: ReportError
  readonly createContext: CreateContext
  readonly end: End
  /** JSON. */
  readonly body: (error: unknown, req: Request) => string
}): ErrorRequestHandler {
  const { reportError, createContext, end } = options

  function answer(error: unknown, req: Request, res: Response): void {
    const body = options.body(error, req)
    res.setHeaders(errorHeaders(error, createContext(req).challenge))
    res.statusCode = toPublicError(error).status
    res.setHeader('content-type', JSON_TYPE)
    end(res, body)
  }

  // eslint-disable-next-line max-params -- Express knows an error handler by its four parameters
  return (error: unknown, req, res: Response, _next) => {
    if (isHangUp(error, req)) {
      res.status(CLIENT_CLOSED_REQUEST).end()
      return
    }
    reportError(error, req)
    if (res.headersSent) {
      res.destroy()
      return
    }
    try {
      answer(error, req, res)
    } catch (failure) {
      const bug = new Error('An error could not be answered', { cause: failure })
      reportError(bug, req)
      answer(bug, req, res)
    }
  }
}

/** `{ message }`, and `issues` for an input that does not fit: the body of every error except tRPC's. */
export function restErrorBody(error: unknown): string {
  const { message, issues } = toPublicError(error)
  return JSON.stringify(issues ? { message, issues } : { message })
}
