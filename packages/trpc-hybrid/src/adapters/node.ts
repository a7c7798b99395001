import type { IncomingMessage, ServerResponse } from 'node:http'
import { notFound } from '../errors/not-found.ts'
import type { Hybrid } from '../hybrid.ts'
import type { Route } from '../route.ts'
import { sendAnswer } from './node-answer.ts'
import { NodeRequest } from './node-request.ts'

export interface NodeHandlerOptions<Context, Req, Res> {
  /** Made for each request that a procedure serves. What it throws is answered like a procedure's error. */
  readonly createContext: (given: {
    readonly req: Req
    readonly res: Res
  }) => Context | Promise<Context>
}

/** What Express, Connect and others call to go on. */
type Next = (error?: unknown) => void

/**
 * Serves a hybrid from `node:http`, Express, Connect, or the API routes of Next.js' pages. Below a path at which
 * it is mounted, `req.url` counts.
 *
 * With `next`, what no procedure serves goes on to it, another method at a procedure's path too. Without it, these
 * are 404, and 405 with `Allow`.
 *
 * @example app.use(nodeHandler(hybrid, { createContext: ({ req }) => ({ user: userOf(req) }) }))
 */
export function nodeHandler<
  Context,
  Req extends IncomingMessage = IncomingMessage,
  Res extends ServerResponse = ServerResponse,
>(
  hybrid: Hybrid<Context>,
  { createContext }: NodeHandlerOptions<NoInfer<Context>, Req, Res>,
): (req: Req, res: Res, next?: Next) => void {
  async function answer(route: Route, request: NodeRequest, { req, res }: { req: Req; res: Res }) {
    let ctx: object
    try {
      ctx = (await createContext({ req, res })) as object
    } catch (error) {
      return route.refuse(error, request)
    }
    return route.serve(request, ctx)
  }

  async function serve(route: Route, request: NodeRequest, given: { req: Req; res: Res }) {
    const { res } = given
    try {
      sendAnswer(res, await answer(route, request, given))
    } catch (error) {
      if (res.headersSent) res.destroy()
      else sendAnswer(res, route.refuse(error, request)) // such as a header that can't be sent
    }
  }

  return (req, res, next) => {
    const request = new NodeRequest(req, res)
    const route = hybrid.find(request.method, request.path)
    if (next && (!route || route.allow)) next()
    else if (!route) sendAnswer(res, hybrid.refuse(notFound(), request))
    else void serve(route, request, { req, res })
  }
}
