import { createExpressMiddleware } from '@trpc/server/adapters/express'
import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import { findAuthError, toPublicError } from '../public-error.ts'
import type { AppRouter } from '../router.ts'
import type { BodyLimit } from './body-limit.ts'
import type { CreateContext } from './context.ts'
import { errorHeaders } from './errors.ts'

const MAX_BATCH_SIZE = 10

/** Serves the router as tRPC over HTTP; errors travel in tRPC's own envelope. */
export function createRpcHandler(options: {
  readonly router: AppRouter
  readonly createContext: CreateContext
  readonly logger: Logger
  readonly maxBodyBytes: number
  /** Runs before tRPC, so that its refusal is in tRPC's envelope too. */
  readonly bodyLimit: BodyLimit
}): RequestHandler {
  return createExpressMiddleware({
    router: options.router,
    createContext: ({ req }) => options.createContext(req),
    maxBatchSize: MAX_BATCH_SIZE,
    maxBodySize: options.maxBodyBytes,
    middleware: options.bodyLimit,
    /** A streamed batch has sent its headers before a call fails: then there are no errors here. */
    responseMeta({ ctx, errors }) {
      const refusal = errors.find(findAuthError)
      const headers = ctx && refusal ? errorHeaders(refusal, ctx.challenge) : new Headers()
      headers.append('vary', 'Origin') // tRPC sets a Vary of its own over the one CORS has set
      return { headers }
    },
    onError({ error, req }) {
      if (toPublicError(error).status < 500) return
      options.logger.error({ requestId: req.id, err: error }, 'request failed')
    },
  })
}
