import type { RequestHandler, Response } from 'express'
import type { CreateContext } from '../http/context.ts'
import { JSON_TYPE } from '../http/json-type.ts'
import { refuseMethod } from '../http/methods.ts'
import { sendKeptHeaders } from '../http/reply-headers.ts'
import type { Deadlines } from '../procedures/deadlines.ts'
import { createDirect } from '../procedures/direct.ts'
import { normalizePath } from '../procedures/normalize-path.ts'
import type { RestOperation } from '../procedures/operations.ts'
import { isAtOrBelow } from '../procedures/path-template.ts'
import { forEachNamed } from '../procedures/router-error.ts'
import type { End } from '../speed/end-together.ts'
import { inTurn } from '../speed/in-turn.ts'
import { createInputReader } from './input.ts'
import { RouteTable } from './route-table.ts'

export interface RestOptions {
  readonly operations: readonly RestOperation[]
  /** Paths of the server itself, which a template may match too. */
  readonly ownPaths: readonly string[]
  /** What a request at a REST path goes through first. */
  readonly before: readonly RequestHandler[]
  readonly createContext: CreateContext
  readonly deadlines: Deadlines
  readonly end: End
  readonly maxBodyBytes: number
}

/**
 * Serves every procedure at the method and path of its `openapi` meta, as trpc-openapi describes it. Its
 * own handler would serve them too. But it builds a `URL`, an abort signal and a caller for each request,
 * leaves the parameters of a path encoded, and changes the schemas of procedures permanently when it reads
 * numbers from a URL. Where its answers are right, `test/rest/reference.test.ts` checks that ours are the
 * same.
 *
 * @throws {RouterError} where an input can't be read from a URL
 */
export function createRest(options: RestOptions): RequestHandler {
  const { operations, ownPaths, before } = options
  const isOwn = (path: string) => ownPaths.some((own) => isAtOrBelow(path, own))
  const table = new RouteTable<RequestHandler>()
  forEachNamed(operations, (operation) => {
    table.add(operation.template, operation.method, inTurn([...before, serve(operation, options)]))
  })
  return (req, res, next) => {
    const path = normalizePath(withoutSlash(req.path))
    const method = req.method === 'HEAD' ? 'GET' : req.method
    const found = isOwn(path) ? undefined : table.find(method, path)
    if (!found) {
      next()
      return
    }
    req.routeTemplate = found.path
    req.params = found.params
    const handle = found.handler ?? inTurn([...before, refuseMethod(found.methods)])
    void handle(req, res, next)
  }
}

function serve(operation: RestOperation, options: RestOptions): RequestHandler {
  const { name, procedure } = operation
  const readInput = createInputReader(operation, options.maxBodyBytes)
  const { createContext, deadlines, end } = options
  const send = createSend(operation, end)
  const call = { name, procedure, createContext, deadlines, send }
  return createDirect({ ...call, ...(readInput && { readInput }) })
}

function createSend({ status, empty }: RestOperation, end: End) {
  return (res: Response, data: unknown): void => {
    const body = empty ? undefined : JSON.stringify(data)
    if (res.req.replyHeaders) sendKeptHeaders(res, res.req.replyHeaders)
    if (body !== undefined) res.setHeader('content-type', JSON_TYPE)
    res.statusCode = status
    end(res, body)
  }
}

/** A slash at the end changes nothing. */
const withoutSlash = (path: string) =>
  path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
