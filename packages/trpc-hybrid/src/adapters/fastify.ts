import { validateHeaderValue, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { Answer } from '../answer.ts'
import type { Hybrid } from '../hybrid.ts'
import { isStream } from './node-answer.ts'
import { cutUnread } from './node-body.ts'
import { NodeRequest } from './node-request.ts'
import { respond, serveIn } from '../respond.ts'

// What is used of Fastify, by structure: an app that has another framework need not install it to compile.

interface FastifyRequestLike {
  readonly raw: IncomingMessage
  readonly url: string
}

interface FastifyReplyLike {
  readonly raw: ServerResponse
  code(status: number): unknown
  header(name: string, value: string): unknown
  getHeader(name: string): string | number | readonly string[] | undefined
  send(body?: unknown): unknown
  callNotFound(): unknown
}

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

interface Replying {
  readonly req: Pick<FastifyRequestLike, 'raw'>
  readonly res: Omit<FastifyReplyLike, 'callNotFound'>
}

/** Fastify itself would look at the headers when it is too late to answer something else. */
export function sendReply(
  { req, res: reply }: Replying,
  { status, headers, body }: Answer,
): unknown {
  for (const [name, value] of headers) validateHeaderValue(name, value)
  reply.code(status)
  cutUnread(req.raw, reply.raw)
  for (const [name, value] of headers) {
    const before = name === 'vary' ? reply.getHeader('vary') : undefined
    reply.header(name, before === undefined ? value : `${value}, ${before.toString()}`)
  }
  if (!isStream(body)) return reply.send(body)
  return reply.send(Readable.fromWeb(body as ReadableStream))
}
