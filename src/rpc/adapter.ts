import { createExpressMiddleware } from '@trpc/server/adapters/express'
import type { RequestHandler } from 'express'
import { errorHeaders } from '../http/errors.ts'
import type { ReportError } from '../http/report-error.ts'
import { findAuthError } from '../public-error.ts'
import type { ApiRouter } from '../trpc.ts'
import type { CreateContext } from '../http/context.ts'
import { readBodyFirst } from './adapter-body.ts'
import { MAX_BATCH_SIZE } from './request.ts'

/** tRPC's own adapter, which supports everything: streams, forms, bytes. */
export function createAdapter(options: {
  readonly router: ApiRouter
  readonly createContext: CreateContext
  readonly maxBodyBytes: number
  readonly reportError: ReportError
}): RequestHandler {
  const { router, createContext, maxBodyBytes } = options
  return (req, res, next) => {
    let saidVary = false
    const serve = createExpressMiddleware({
      router,
      createContext: () => createContext(req),
      maxBatchSize: MAX_BATCH_SIZE,
      onError: ({ error }) => {
        options.reportError(error, req)
      },
      /**
       * A streamed batch has sent its headers before a call fails, so there are no errors here. tRPC sets
       * its own `Vary` over the one of CORS, and asks twice where an answer can't be written.
       */
      responseMeta({ ctx, errors }) {
        const refusal = errors.find(findAuthError)
        const headers = new Headers(ctx && refusal ? [...errorHeaders(refusal, ctx.challenge)] : [])
        if (errors.length > 0) headers.set('content-type', 'application/json') // else tRPC calls some text
        if (!saidVary) headers.append('vary', 'Origin')
        saidVary = true
        return { headers }
      },
    })
    if (req.method === 'POST') {
      readBodyFirst(req, maxBodyBytes).then(() => serve(req, res, next), next)
    } else void serve(req, res, next)
  }
}
