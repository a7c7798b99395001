// The names and signatures of trpc-to-openapi 3, so that its users change one import.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AnyRouter } from '@trpc/server'
import { sendReply } from './fastify-reply.ts'
import { AUTHORITY, FetchRequest, toResponse } from './fetch.ts'
import { sendWhenMade } from './node-answer.ts'
import { NodeRequest } from './node-request.ts'
import { respond } from '../respond.ts'
import type { OpenApiOptions } from '../trpc-to-openapi/options.ts'
import { createServe, nothingThere } from '../trpc-to-openapi/serve.ts'

export type {
  OpenApiErrorResponse,
  OpenApiMeta,
  OpenApiMethod,
  OpenApiRouter,
} from '../trpc-to-openapi/options.ts'
export {
  generateOpenApiDocument,
  type GenerateOpenApiDocumentOptions,
} from '../trpc-to-openapi/generate.ts'

export type CreateOpenApiNodeHttpHandlerOptions<
  TRouter extends AnyRouter,
  TReq extends IncomingMessage = IncomingMessage,
  TRes extends ServerResponse = ServerResponse,
> = OpenApiOptions<TRouter, { req: TReq; res: TRes }, TReq>

type Next = () => unknown

/** With `next`, what no procedure serves goes on to it. */
export function createOpenApiNodeHttpHandler<
  TRouter extends AnyRouter,
  TReq extends IncomingMessage = IncomingMessage,
  TRes extends ServerResponse = ServerResponse,
>(
  options: CreateOpenApiNodeHttpHandlerOptions<TRouter, TReq, TRes>,
): (req: TReq, res: TRes, next?: Next) => Promise<void> {
  const serve = createServe(options)
  return async (req, res, next) => {
    const request = new NodeRequest(req, res)
    const found = serve({ request, given: { req, res }, req })
    if (!found && next) await next()
    else await sendWhenMade({ req, res }, found ?? nothingThere(request.method))
  }
}

/** The same without `next`. */
export function createOpenApiHttpHandler<TRouter extends AnyRouter>(
  options: CreateOpenApiHttpHandlerOptions<TRouter>,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const handle = createOpenApiNodeHttpHandler(options)
  return (req, res) => handle(req, res)
}

export type CreateOpenApiHttpHandlerOptions<TRouter extends AnyRouter> =
  CreateOpenApiNodeHttpHandlerOptions<TRouter>

/** Answers 404 where no procedure is, as trpc-to-openapi does: it never calls `next`. */
export function createOpenApiExpressMiddleware<
  TRouter extends AnyRouter,
  TReq extends IncomingMessage = IncomingMessage,
  TRes extends ServerResponse = ServerResponse,
>(
  options: CreateOpenApiNodeHttpHandlerOptions<TRouter, TReq, TRes>,
): (req: TReq, res: TRes) => Promise<void> {
  const handle = createOpenApiNodeHttpHandler(options)
  return (req, res) => handle(req, res)
}

type NextRequest = IncomingMessage & {
  query: Readonly<Record<string, string | string[] | undefined>>
}

/** For a file `pages/api/[...trpc].ts` of Next.js. */
export function createOpenApiNextHandler<
  TRouter extends AnyRouter,
  TReq extends NextRequest = NextRequest,
  TRes extends ServerResponse = ServerResponse,
>(
  options: CreateOpenApiNodeHttpHandlerOptions<TRouter, TReq, TRes>,
): (req: TReq, res: TRes) => Promise<void> {
  const handle = createOpenApiNodeHttpHandler(options)
  return (req, res) => {
    req.url = urlOf([req.query['trpc'] ?? []].flat().map(encodeURIComponent).join('/'), req)
    return handle(req, res)
  }
}

interface KoaContextLike {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Its `body` is what a parser in front has read. */
  readonly request: object
}

export type CreateOpenApiKoaMiddlewareOptions<TRouter extends AnyRouter> =
  CreateOpenApiNodeHttpHandlerOptions<TRouter>

/** What no procedure serves goes on to the next middleware. */
export function createOpenApiKoaMiddleware<TRouter extends AnyRouter>(
  options: CreateOpenApiKoaMiddlewareOptions<TRouter>,
): (ctx: KoaContextLike, next: () => Promise<unknown>) => Promise<void> {
  const handle = createOpenApiNodeHttpHandler(options)
  return ({ req, res, request }, next) => {
    const { body } = request as { body?: unknown }
    return handle(body === undefined ? req : Object.assign(req, { body }), res, next)
  }
}

interface H3EventLike {
  readonly node: { readonly req: IncomingMessage; readonly res: ServerResponse }
  readonly context: { readonly params?: Readonly<Record<string, string>> | undefined }
}

export type CreateOpenApiNuxtHandlerOptions<TRouter extends AnyRouter> = Omit<
  CreateOpenApiNodeHttpHandlerOptions<TRouter>,
  'maxBodySize'
>

/** For a file `server/api/[...trpc].ts` of Nuxt. */
export function createOpenApiNuxtHandler<TRouter extends AnyRouter>(
  options: CreateOpenApiNuxtHandlerOptions<TRouter>,
): ((event: H3EventLike) => Promise<void>) & { readonly __is_handler__: true } {
  const handle = createOpenApiNodeHttpHandler(options)
  const handler = ({ node: { req, res }, context: { params } }: H3EventLike) => {
    req.url = urlOf(params?.['trpc'] ?? '', req)
    return handle(req, res)
  }
  // What h3's own `defineEventHandler` does.
  return Object.assign(handler, { __is_handler__: true } as const)
}

/** A path with the query of a request. */
function urlOf(path: string, { url = '' }: IncomingMessage): string {
  const mark = url.indexOf('?')
  return `/${path}${mark === -1 ? '' : url.slice(mark)}`
}

export type CreateOpenApiFetchHandlerOptions<TRouter extends AnyRouter> = OpenApiOptions<
  TRouter,
  { req: Request; resHeaders: Headers },
  Request
> & { req: Request; endpoint: `/${string}` }

const serves = new WeakMap<AnyRouter, unknown>()

/** What serves a router is made once; the other options are those of each request. */
export async function createOpenApiFetchHandler<TRouter extends AnyRouter>(
  options: CreateOpenApiFetchHandlerOptions<TRouter>,
): Promise<Response> {
  type Given = { req: Request; resHeaders: Headers }
  const { req, router } = options
  const endpoint = options.endpoint.replace(/\/$/, '')
  type Serve = ReturnType<typeof createServe<TRouter, Given, Request>>
  const known = serves.get(router) as Serve | undefined
  const serve = known ?? createServe<TRouter, Given, Request>(options)
  serves.set(router, serve)
  const path = req.url.replace(AUTHORITY, '')
  const request = new FetchRequest(
    req,
    path.startsWith(endpoint) ? path.slice(endpoint.length) : path,
  )
  const resHeaders = new Headers()
  const response = await respond({
    ...(serve({ request, given: { req, resHeaders }, req }, options) ??
      nothingThere(request.method)),
    send: (answer) => toResponse(answer, request),
  })
  resHeaders.forEach((value, name) => {
    response.headers.set(name, value)
  })
  return response
}

interface FastifyRequestLike {
  readonly raw: IncomingMessage
  readonly url: string
  readonly body?: unknown
}

interface FastifyReplyLike {
  readonly raw: ServerResponse
  code(status: number): unknown
  header(name: string, value: string): unknown
  getHeader(name: string): string | number | readonly string[] | undefined
  send(body?: unknown): unknown
}

interface FastifyLike<TReq, TRes> {
  readonly prefix: string
  route(route: {
    method: string[]
    url: string
    handler: (request: TReq, reply: TRes) => Promise<unknown>
  }): unknown
}

export type CreateOpenApiFastifyPluginOptions<
  TRouter extends AnyRouter,
  TReq = FastifyRequestLike,
  TRes = FastifyReplyLike,
> = OpenApiOptions<TRouter, { req: TReq; res: TRes }, TReq> & { basePath?: `/${string}` }

/** Bodies are read by Fastify's own parsers. */
export function fastifyTRPCOpenApiPlugin<
  TRouter extends AnyRouter,
  TReq extends FastifyRequestLike = FastifyRequestLike,
  TRes extends FastifyReplyLike = FastifyReplyLike,
>(
  fastify: FastifyLike<TReq, TRes>,
  options: CreateOpenApiFastifyPluginOptions<TRouter, TReq, TRes>,
  done: (error?: Error) => void,
): void {
  const serve = createServe<TRouter, { req: TReq; res: TRes }, TReq>(options)
  const basePath = (options.basePath ?? '').replace(/\/$/, '')
  fastify.route({
    method: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'],
    url: `${basePath}/*`,
    handler: async (req, res) => {
      const raw = Object.assign(req.raw, { body: req.body })
      const url = req.url.slice(fastify.prefix.length + basePath.length)
      const request = new NodeRequest(raw, res.raw, url)
      return respond({
        ...(serve({ request, given: { req, res }, req }) ?? nothingThere(request.method)),
        send: (answer) => sendReply({ req, res }, answer),
      })
    },
  })
  done()
}
