import type { NextFunction, RequestHandler } from 'express'
import {
  isAtOrBelow,
  isStream,
  sendAnswer,
  setHead,
  type Answer,
  type Route,
  type Routes,
} from '../../packages/trpc-hybrid/src/engine.ts'
import type { End } from '../speed/end-together.ts'
import { inTurn } from '../speed/in-turn.ts'
import type { CreateContext } from './context.ts'
import { sendKeptHeaders } from './reply-headers.ts'
import { ServerRequest } from './server-request.ts'
import { CLIENT_CLOSED_REQUEST } from './when-over.ts'

export interface ServeOptions {
  readonly routes: Routes
  readonly rpcPath: string
  /** Paths of the server itself, which a template may match too. */
  readonly ownPaths: readonly string[]
  /** What a request goes through first. */
  readonly before: Readonly<Record<'rest' | 'rpc', readonly RequestHandler[]>>
  readonly createContext: CreateContext
  readonly end: End
}

/**
 * Serves every procedure over REST and RPC, behind the handlers given. What goes wrong in these is answered as on
 * the face that was asked.
 */
export function serveProcedures(options: ServeOptions): RequestHandler {
  const { routes, ownPaths, rpcPath, createContext, end } = options
  const isOwn = (path: string) => ownPaths.some((own) => isAtOrBelow(path, own))
  const beforeRest = inTurn(options.before.rest)
  const beforeRpc = inTurn(options.before.rpc)

  function send({ res, hungUp }: ServerRequest, answer: Answer): void {
    if (res.headersSent) return
    if (hungUp) {
      res.status(CLIENT_CLOSED_REQUEST).end()
      return
    }
    const { body } = answer
    if (isStream(body) || body instanceof Uint8Array) {
      sendAnswer(res, answer)
      return
    }
    setHead(res, answer)
    end(res, body)
  }

  function refuse(route: Route, request: ServerRequest, error: unknown): void {
    try {
      send(request, route.refuse(error, request, createContext(request.req)))
    } catch (cause) {
      const bug = new Error('An error could not be answered', { cause })
      send(request, routes.refuse(bug, request))
    }
  }

  async function serve(route: Route, request: ServerRequest, isRpc: boolean): Promise<void> {
    const { req, res } = request
    try {
      const answer = await route.serve(request, createContext(req))
      if (!isRpc && answer.status < 400 && req.replyHeaders) sendKeptHeaders(res, req.replyHeaders)
      send(request, answer)
    } catch (error) {
      refuse(route, request, error)
    }
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
      if (error === undefined) void serve(route, request, isRpc)
      else refuse(route, request, error)
    }
    void (isRpc ? beforeRpc : beforeRest)(req, res, proceed)
  }
}
