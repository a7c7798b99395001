import type { IncomingMessage, ServerResponse } from 'node:http'
import { notFound } from '../errors/not-found.ts'
import type { Hybrid } from '../hybrid.ts'
import { sendWhenMade } from './node-answer.ts'
import { NodeRequest } from './node-request.ts'
import { serveIn } from '../respond.ts'

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
  return (req, res, next) => {
    const request = new NodeRequest(req, res)
    const route = hybrid.find(request.method, request.path)
    if (next && (!route || route.allow)) {
      next()
      return
    }
    void sendWhenMade(
      { req, res },
      {
        answer: () =>
          route
            ? serveIn(() => createContext({ req, res }), { route, request })
            : hybrid.refuse(notFound(), request),
        refuse: (error) => (route ?? hybrid).refuse(error, request),
      },
    )
  }
}
