import type { IncomingMessage } from 'node:http'
import type { Hybrid } from '../hybrid.ts'
import { sendReply, type FastifyReplyLike, type FastifyRequestLike } from './fastify-reply.ts'
import { NodeRequest } from './node-request.ts'
import { respond, serveIn } from '../respond.ts'

// What is used of Fastify, by structure: an app that has another framework need not install it to compile.

interface FastifyLike<Request, Reply> {
  readonly prefix: string
  removeAllContentTypeParsers(): void
  addContentTypeParser(
    type: string,
    parse: (request: Request, payload: IncomingMessage, done: (error: null) => void) => void,
  ): unknown
  all(path: string, handle: (request: Request, reply: Reply) => Promise<unknown>): unknown
}

export interface FastifyOptions<Context, Request, Reply> {
  /** Made for each request that a procedure serves. What it throws is answered like a procedure's error. */
  readonly createContext: (given: {
    readonly req: Request
    readonly res: Reply
  }) => Context | Promise<Context>
}

/**
 * A Fastify plugin that serves a hybrid below the prefix with which it is registered. It reads bodies itself, as
 * they come and no further than its limit: the parsers of the app around it stay what they are.
 *
 * @example await app.register(fastifyPlugin(hybrid, { createContext: ({ req }) => ({ … }) }), { prefix: '/api' })
 */
export function fastifyPlugin<
  Context,
  Request extends FastifyRequestLike = FastifyRequestLike,
  Reply extends FastifyReplyLike = FastifyReplyLike,
>(hybrid: Hybrid<Context>, { createContext }: FastifyOptions<NoInfer<Context>, Request, Reply>) {
  return function hybridPlugin(
    app: FastifyLike<Request, Reply>,
    _options: object,
    done: () => void,
  ): void {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, _payload, read) => {
      read(null)
    })
    app.all('/*', async (req, reply) => {
      const request = new NodeRequest(req.raw, reply.raw, req.url.slice(app.prefix.length))
      const route = hybrid.find(request.method, request.path)
      if (!route) return reply.callNotFound()
      return respond({
        answer: () => serveIn(() => createContext({ req, res: reply }), { route, request }),
        refuse: (error) => route.refuse(error, request),
        send: (answer) => sendReply({ req, res: reply }, answer),
      })
    })
    done()
  }
}
