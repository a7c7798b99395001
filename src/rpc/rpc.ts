import { getTRPCErrorFromUnknown, TRPCError, type AnyProcedure } from '@trpc/server'
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import { defaultTransformer, getErrorShape } from '@trpc/server/unstable-core-do-not-import'
import type { Request, RequestHandler, Response } from 'express'
import { findAuthError } from '../public-error.ts'
import type { CreateContext } from '../http/context.ts'
import { createDirect } from '../procedures/direct.ts'
import { inTurn } from '../speed/in-turn.ts'
import { takesInput } from '../procedures/inputs.ts'
import { errorHeaders } from '../http/errors.ts'
import type { ReportError } from '../http/report-error.ts'
import type { ApiRouter } from '../trpc.ts'

export const RPC_METHODS = ['GET', 'POST']
const MAX_BATCH_SIZE = 10
const JSON_TYPE = 'application/json'
const ROUTE = '/trpc/'
const BATCH_ROUTE = `${ROUTE}:batch`

/** Serves the router as tRPC over HTTP; errors travel in tRPC's own envelope. */
export function createRpcHandler(options: {
  readonly router: ApiRouter
  readonly createContext: CreateContext
  readonly reportError: ReportError
  readonly maxBodyBytes: number
}): RequestHandler {
  const serve = createExpressMiddleware({
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
      options.reportError(error, req)
    },
  })
  return inTurn([setType, serve])
}

/** tRPC sets none where a call never began. */
const setType: RequestHandler = (_req, res, next) => {
  res.setHeader('content-type', JSON_TYPE)
  next()
}

/** tRPC's own `vary`, and that of CORS, which it would overwrite. */
const setVary: RequestHandler = (_req, res, next) => {
  res.setHeader('vary', 'trpc-accept, accept, Origin')
  next()
}

/**
 * By their URL, the queries without an input: answered as by tRPC's adapter, which builds a `Request` and
 * a `Response` for each. A URL with a query may hold a batch or an input: those it leaves to tRPC, as it
 * does everything where a transformer is set.
 */
export function createDirectRpc(options: {
  readonly router: ApiRouter
  readonly createContext: CreateContext
}): Map<string, RequestHandler> {
  const { procedures: all, _config } = options.router._def
  const transforms = _config.transformer !== defaultTransformer
  const procedures = Object.entries(transforms ? {} : (all as Record<string, AnyProcedure>))
  const queries = procedures.filter(
    ([, procedure]) => procedure._def.type === 'query' && !takesInput(procedure),
  )
  return new Map(
    queries.map(([name, procedure]) => [
      ROUTE + name,
      inTurn([setVary, createDirect({ ...options, name, procedure, send: sendResult })]),
    ]),
  )
}

function sendResult(res: Response, data: unknown): void {
  res.setHeader('content-type', JSON_TYPE)
  res.end(JSON.stringify({ result: { data } }))
}

/** Says which procedure a request is for. The names are the router's: a caller can't make up more. */
export function nameRpcRoute(router: ApiRouter): RequestHandler {
  const names = Object.keys(router._def.procedures)
  const routes = new Map(names.map((name) => [`/${name}`, `${ROUTE}${name}`]))
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

/** tRPC's envelope for a request that tRPC's adapter did not answer. */
export function rpcErrorBody(router: ApiRouter, error: unknown, req: Request): object {
  const path = req.routeTemplate?.startsWith(ROUTE) ? req.routeTemplate.slice(ROUTE.length) : ''
  const procedure = (router._def.procedures as Record<string, AnyProcedure>)[path]
  return {
    error: getErrorShape({
      config: router._def._config,
      error: getTRPCErrorFromUnknown(error),
      type: procedure?._def.type ?? 'unknown',
      path: procedure && path,
      input: undefined,
      ctx: undefined,
    }),
  }
}
