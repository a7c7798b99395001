import { TRPCError } from '@trpc/server'
import type { ErrorRequestHandler, RequestHandler, Response } from 'express'
import { setHead, type PublicError, type Routes } from 'trpc-hybrid/engine'
import { findAuthError } from './find-auth-error.ts'
import type { End } from './end-together.ts'
import type { ApiContext } from '../context.ts'
import { isHangUp } from './report-error.ts'
import { exchangeOf } from './steps.ts'
import type { Exchange } from './exchange.ts'
import { CLIENT_CLOSED_REQUEST } from './when-over.ts'

/** The challenge of an error (RFC 6750 §3). */
export function challengeOf({ cause }: PublicError, challenge: ApiContext['challenge']) {
  const refusal = findAuthError(cause)
  const value = refusal && challenge(refusal)
  return value === undefined ? undefined : { 'www-authenticate': value }
}

/** The last handler of a path that nothing answered. */
export const notFound: RequestHandler = () => {
  throw new TRPCError({ code: 'NOT_FOUND' })
}

/** Answers every error with what a client may know about it. What really happened goes to the log alone. */
export function createErrorHandler(options: {
  readonly routes: Routes
  readonly end: End
}): ErrorRequestHandler {
  const { routes, end } = options

  function answer(error: unknown, exchange: Exchange): void {
    const answered = routes.refuse(error, exchange)
    setHead(exchange.res, answered)
    end(exchange.res, answered.body as string)
  }

  // eslint-disable-next-line max-params -- Express knows an error handler by its four parameters
  return (error: unknown, _req, res: Response, _next) => {
    const exchange = exchangeOf(res)
    if (isHangUp(error, exchange)) {
      res.status(CLIENT_CLOSED_REQUEST).end()
      return
    }
    if (res.headersSent) {
      routes.refuse(error, exchange)
      res.destroy()
      return
    }
    try {
      answer(error, exchange)
    } catch (failure) {
      answer(new Error('An error could not be answered', { cause: failure }), exchange)
    }
  }
}
