import type { NextFunction, Request, RequestHandler, Response } from 'express'
import {
  isAtOrBelow,
  isStream,
  NodeRequest,
  sendAnswer,
  setHead,
  type Answer,
  type Route,
  type Routes,
} from '../../packages/trpc-hybrid/src/engine.ts'
import type { End } from '../speed/end-together.ts'
import type { CreateContext } from './context.ts'
import { inTurn } from '../speed/in-turn.ts'

export interface ServeOptions {
  readonly routes: Routes
  /** Paths of the server itself, which a template may match too. */
  readonly ownPaths: readonly string[]
  /** What a request goes through first, over REST and over RPC. */
  readonly before: {
    readonly rest: readonly RequestHandler[]
    readonly rpc: readonly RequestHandler[]
  }
  readonly rpcPath: string
  readonly createContext: CreateContext
  readonly end: End
}

/** A request on its way through the procedures, with the one that Express knows. */
export class ServerRequest extends NodeRequest {
  readonly req: Request

  constructor(req: Request, res: Response) {
    super(req, res)
    this.req = req
  }
}

/** Serves every procedure over REST and RPC, behind the handlers given. What goes wrong in these is answered alike. */
export function serveProcedures(options: ServeOptions): RequestHandler {
  const { routes, ownPaths, rpcPath, createContext, end } = options
  const isOwn = (path: string) => ownPaths.some((own) => isAtOrBelow(path, own))
  const before = { rest: inTurn(options.before.rest), rpc: inTurn(options.before.rpc) }

  function send(res: Response, answer: Answer, headers?: Headers): void {
    if (res.headersSent) return
    if (headers) res.setHeaders(headers)
    if (isStream(answer.body) || answer.body instanceof Uint8Array) {
      sendAnswer(res, answer)
      return
    }
    setHead(res, answer)
    end(res, answer.body)
  }

  async function serveRest(route: Route, request: ServerRequest, res: Response): Promise<void> {
    const answer = await route.serve(request, createContext(request.req))
    send(res, answer, answer.status < 400 ? request.req.replyHeaders : undefined)
  }

  async function serveRpc(route: Route, request: ServerRequest, res: Response): Promise<void> {
    send(res, await route.serve(request, createContext(request.req)))
  }

  return (req, res, next) => {
    const request = new ServerRequest(req, res)
    const { method, path } = request
    const isRpc = isAtOrBelow(path, rpcPath)
    const route = !isRpc && isOwn(path) ? undefined : routes.find(method, path)
    if (!route) {
      next()
      return
    }
    req.routeTemplate = route.template
    const proceed: NextFunction = (error?: unknown) => {
      if (error === undefined) void (isRpc ? serveRpc : serveRest)(route, request, res)
      else send(res, route.refuse(error, request, createContext(req)))
    }
    void before[isRpc ? 'rpc' : 'rest'](req, res, proceed)
  }
}
