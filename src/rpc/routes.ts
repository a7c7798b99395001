import { TRPCError, type AnyProcedure } from '@trpc/server'
import type { Request, RequestHandler } from 'express'
import type { ApiRouter } from '../trpc.ts'
import { failure } from './envelope.ts'
import { pathOf } from './target.ts'

export const RPC_METHODS = ['GET', 'POST']
const ROUTE = '/trpc/'
const BATCH_ROUTE = `${ROUTE}:batch`

/** Says which procedure a request is for. The names are the router's: a caller can't make up more. */
export function nameRpcRoute(router: ApiRouter): RequestHandler {
  const names = Object.keys(router._def.procedures)
  const routes = new Map(names.map((name) => [name, `${ROUTE}${name}`]))
  return (req, _res, next) => {
    const path = pathOf(req.url)
    req.routeTemplate = routes.get(path) ?? (path.includes(',') ? BATCH_ROUTE : undefined)
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

/** tRPC's envelope for what is refused before anything is called. */
export function rpcErrorBody(
  router: ApiRouter,
  error: unknown,
  { routeTemplate }: Request,
): string {
  const path = routeTemplate?.slice(ROUTE.length) ?? ''
  const procedure = (router._def.procedures as Record<string, AnyProcedure | undefined>)[path]
  return failure(router, error, procedure ? { type: procedure._def.type, path } : {}).body
}
