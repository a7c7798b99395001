import { getTRPCErrorFromUnknown, TRPCError } from '@trpc/server'
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import { getErrorShape } from '@trpc/server/unstable-core-do-not-import'
import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import { findAuthError, toPublicError } from '../public-error.ts'
import type { CreateContext } from './context.ts'
import { errorHeaders } from './errors.ts'
import type { ApiRouter } from '../trpc.ts'

export const RPC_METHODS = ['GET', 'POST']
const MAX_BATCH_SIZE = 10
const BATCH_ROUTE = '/trpc/:batch'

/** Serves the router as tRPC over HTTP; errors travel in tRPC's own envelope. */
export function createRpcHandler(options: {
  readonly router: ApiRouter
  readonly createContext: CreateContext
  readonly logger: Logger
  readonly maxBodyBytes: number
}): RequestHandler {
  return createExpressMiddleware({
    router: options.router,
    createContext: ({ req }) => options.createContext(req),
    maxBatchSize: MAX_BATCH_SIZE,
    maxBodySize: options.maxBodyBytes,
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

/** Says which procedure a request is for. The names are the router's: a caller can't make up more. */
export function nameRpcRoute(router: ApiRouter): RequestHandler {
  const names = Object.keys(router._def.procedures)
  const routes = new Map(names.map((name) => [`/${name}`, `/trpc/${name}`]))
  return (req, _res, next) => {
    req.routeTemplate = routes.get(req.path) ?? (req.path.includes(',') ? BATCH_ROUTE : undefined)
    next()
  }
}

/** tRPC asks any other method for a body before it looks at the procedure. */
export const refuseOtherMethods: RequestHandler = (req, res, next) => {
  if (req.method === 'HEAD' || RPC_METHODS.includes(req.method)) {
    next()
    return
  }
  res.setHeader('allow', RPC_METHODS.join(', '))
  throw new TRPCError({ code: 'METHOD_NOT_SUPPORTED' })
}

/** tRPC's envelope for a request that was refused before tRPC saw it. */
export function rpcErrorBody(router: ApiRouter, error: unknown): object {
  return {
    error: getErrorShape({
      config: router._def._config,
      error: getTRPCErrorFromUnknown(error),
      type: 'unknown',
      path: undefined,
      input: undefined,
      ctx: undefined,
    }),
  }
}
