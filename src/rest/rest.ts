import { TRPCError } from '@trpc/server'
import express, { type RequestHandler, type Response, type Router } from 'express'
import type { OpenApiMethod } from 'trpc-openapi'
import type { ApiRouter } from '../trpc.ts'
import type { CreateContext } from '../http/context.ts'
import { createDirect } from '../procedures/direct.ts'
import { refuseMethod } from '../http/methods.ts'
import { restOperations } from '../procedures/operations.ts'
import { createInputReader, takesInput } from '../procedures/inputs.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

/** Methods whose input comes in the query: a body of theirs is not read. */
const BODILESS: readonly OpenApiMethod[] = ['GET', 'DELETE']

export interface RestOptions {
  readonly router: ApiRouter
  readonly createContext: CreateContext
  readonly maxBodyBytes: number
}

/**
 * Serves every procedure at the method and path of its `openapi` meta, as trpc-openapi describes it.
 * Its own handler would serve them too, but it builds a `URL`, an abort signal and a caller for each
 * request, leaves the parameters of a path encoded, and changes the schemas of procedures for good
 * when it reads numbers from a URL. Where it is right, `test/rest/reference.test.ts` holds us to it.
 */
export function createRestRouter(options: RestOptions): Router {
  const rest = express.Router({ caseSensitive: true })
  const operations = restOperations(options.router)
  const json = [requireJson, express.json({ limit: options.maxBodyBytes, strict: false })]
  for (const { method, path, name, procedure } of operations) {
    const verb = method.toLowerCase() as Lowercase<OpenApiMethod>
    const from = BODILESS.includes(method) ? 'query' : 'body'
    const readInput = createInputReader(procedure, from)
    const serve = createDirect({ ...options, name, procedure, readInput, send })
    rest[verb](expressPath(path), ...(from === 'body' ? json : []), serve)
  }
  for (const path of new Set(operations.map(({ path }) => path))) {
    const methods = operations.filter((operation) => operation.path === path)
    rest.all(expressPath(path), refuseMethod(methods.map(({ method }) => method)))
  }
  return rest
}

/** By their URL, the procedures without an input whose REST operation is a GET of a path without a parameter. */
export function createDirectRest(options: RestOptions): Map<string, RequestHandler> {
  const operations = restOperations(options.router).filter(
    ({ method, path, procedure }) =>
      method === 'GET' && !path.includes('{') && !takesInput(procedure),
  )
  return new Map(
    operations.map(({ path, name, procedure }) => [
      path,
      createDirect({ ...options, name, procedure, send }),
    ]),
  )
}

function send(res: Response, data: unknown): void {
  res.setHeader('content-type', JSON_TYPE)
  res.end(JSON.stringify(data))
}

/** A body must be JSON; none needs no media type. */
const requireJson: RequestHandler = (req, _res, next) => {
  const hasBody = req.headers['transfer-encoding'] !== undefined || bodyLength(req.headers) > 0
  if (hasBody && !req.is('application/json'))
    throw new TRPCError({ code: 'UNSUPPORTED_MEDIA_TYPE' })
  next()
}

const bodyLength = (headers: { 'content-length'?: string | undefined }) =>
  Number(headers['content-length'] ?? 0)

/** OpenAPI's `/things/{id}` as Express writes it: `/things/:id`. */
function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}
