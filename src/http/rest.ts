import { TRPCError } from '@trpc/server'
import express, { type RequestHandler, type Response, type Router } from 'express'
import { createOpenApiExpressMiddleware, type OpenApiMethod } from 'trpc-openapi'
import type { ApiRouter, Context } from '../trpc.ts'
import type { CreateContext } from './context.ts'
import { createDirect, takesInput } from './direct.ts'
import { restOperations } from './operations.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

/** Methods whose input comes in the query: a body of theirs is not read. */
const BODILESS: readonly OpenApiMethod[] = ['GET', 'DELETE']

export interface RestOptions {
  readonly router: ApiRouter
  readonly createContext: CreateContext
  readonly maxBodyBytes: number
}

/**
 * Serves every procedure that has an `openapi` meta at its method and path. trpc-openapi does the
 * work, but for queries without an input, where there is nothing for it to do; Express' routing adds
 * what it leaves out: HEAD, 405 with `Allow`, bodies with a character set.
 */
export function createRestRouter(options: RestOptions): Router {
  const rest = express.Router({ caseSensitive: true })
  const operations = restOperations(options.router)
  const serve = createBridge(options)
  const json = express.json({ limit: options.maxBodyBytes, strict: false })
  for (const { method, path, name, procedure } of operations) {
    const verb = method.toLowerCase() as Lowercase<OpenApiMethod>
    const direct = method === 'GET' && !takesInput(procedure)
    if (direct) rest.get(expressPath(path), createDirect({ ...options, name, procedure, send }))
    else if (BODILESS.includes(method)) rest[verb](expressPath(path), serve)
    else rest[verb](expressPath(path), json, serve)
  }
  for (const path of new Set(operations.map(({ path }) => path))) {
    const methods = operations.filter((operation) => operation.path === path)
    rest.all(expressPath(path), refuseMethod(methods.map(({ method }) => method)))
  }
  return rest
}

function send(res: Response, data: unknown): void {
  res.setHeader('content-type', JSON_TYPE)
  res.end(JSON.stringify(data))
}

/** Its `onError` throws, so that Express' error handler answers instead of the library's own shape. */
function createBridge({ router, createContext }: RestOptions): RequestHandler {
  const bridge = createOpenApiExpressMiddleware({
    router,
    createContext: ({ res }): Context => res.locals['context'] as Context,
    responseMeta: () => ({ headers: { 'content-type': JSON_TYPE } }),
    onError: ({ error }: { error: TRPCError }) => {
      throw error
    },
  })
  return (req, res) => {
    res.locals['context'] = createContext(req)
    if (req.method === 'HEAD') req.method = 'GET' // the library knows no HEAD; Node leaves out the body
    return bridge(req, res)
  }
}

function refuseMethod(methods: readonly OpenApiMethod[]): RequestHandler {
  const allow = (methods.includes('GET') ? [...methods, 'HEAD'] : methods).join(', ')
  return (_req, res) => {
    res.setHeader('allow', allow)
    throw new TRPCError({ code: 'METHOD_NOT_SUPPORTED' })
  }
}

/** OpenAPI's `/things/{id}` as Express writes it: `/things/:id`. */
function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}
