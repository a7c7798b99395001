import { createExpressMiddleware } from '@trpc/server/adapters/express'
import type { Request, RequestHandler, Response } from 'express'
import { errorHeaders } from '../http/errors.ts'
import type { ReportError } from '../http/report-error.ts'
import { CLIENT_CLOSED_REQUEST } from '../http/when-over.ts'
import type { Deadlines } from '../procedures/deadlines.ts'
import { mapProcedures } from '../procedures/map-procedures.ts'
import { findAuthError } from '../public-error.ts'
import type { ApiRouter } from '../trpc.ts'
import type { CreateContext } from '../http/context.ts'
import { readBodyFirst } from './adapter-body.ts'
import { withDeadlines } from './adapter-deadlines.ts'
import { admitStream, streamKind } from './admission.ts'
import { MAX_BATCH_SIZE } from './request.ts'
import { withPings } from './stream-config.ts'
import type { StreamKind, Streams } from './streams.ts'

export interface AdapterOptions {
  readonly router: ApiRouter
  readonly createContext: CreateContext
  readonly maxBodyBytes: number
  readonly reportError: ReportError
  readonly deadlines: Deadlines
  readonly streams: Streams
  /** The most that passes on a stream without a sign of life. */
  readonly pingMs: number
  readonly now: () => number
}

/** tRPC's own adapter, which supports everything: streams, forms, bytes. */
export function createAdapter(options: AdapterOptions): RequestHandler {
  const { router: given, createContext, maxBodyBytes, deadlines } = options
  const responses = new WeakMap<object, Response>()
  const router = mapProcedures(
    given,
    (procedure) => procedure,
    withPings(given._def._config, options.pingMs),
  )
  const withTime = withDeadlines(router, { deadlines, responseOf: (ctx) => responses.get(ctx) })

  /** The calls of a streamed batch may take long: that is what it is for. */
  function createServe(req: Request, res: Response, kind: StreamKind | undefined) {
    let saidVary = false
    return createExpressMiddleware({
      router: kind === 'batch' ? router : withTime,
      createContext: () => {
        const context = createContext(req)
        responses.set(context, res)
        return context
      },
      maxBatchSize: MAX_BATCH_SIZE,
      onError: ({ error }) => {
        options.reportError(error, req)
      },
      /**
       * A streamed batch has sent its headers before a call fails, so there are no errors here. tRPC sets
       * its own `Vary` over the one of CORS, and asks twice where an answer can't be written.
       */
      responseMeta({ ctx, errors, eagerGeneration, type }) {
        const refusal = errors.find(findAuthError)
        const headers = new Headers(ctx && refusal ? [...errorHeaders(refusal, ctx.challenge)] : [])
        if (errors.length > 0) headers.set('content-type', 'application/json') // else tRPC calls some text
        if (!saidVary) headers.append('vary', 'Origin')
        if (eagerGeneration && type !== 'subscription') headers.set('x-accel-buffering', 'no') // as tRPC's SSE
        saidVary = true
        return { headers }
      },
    })
  }

  return (req, res, next) => {
    const kind = streamKind(req, router)
    const call = () => void createServe(req, res, kind)(req, res, next)
    const serve = () => {
      if (req.method === 'POST') readBodyFirst(req, maxBodyBytes).then(call, next)
      else call()
    }
    if (!kind || req.method === 'HEAD') {
      serve()
      return
    }
    const { streams, now } = options
    admitStream(res, { context: createContext(req), kind, streams, now }).then((admitted) => {
      if (admitted) serve()
      else res.status(CLIENT_CLOSED_REQUEST).end()
    }, next)
  }
}
