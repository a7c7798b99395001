import express, { type Express, type Request, type RequestHandler } from 'express'
import type { RequestAuthenticator } from '@trpc-hybrid/access-token/engine'
import { createDocs, createDocsRedirect, DOCS_PATH, type DocsOptions } from './docs/docs.ts'
import { createAccessLog } from './http/access-log.ts'
import { createBodyLimit } from './http/body-limit.ts'
import { trustProxies } from './http/client-address.ts'
import { createContextFactory, type CreateContext } from './http/context.ts'
import { createCors } from './http/cors.ts'
import {
  createDescription,
  DESCRIPTION_PATH,
  type Description,
  type DescriptionOptions,
} from './openapi/serve.ts'
import { createErrorHandler, notFound, restErrorBody } from './http/errors.ts'
import {
  createRateLimit,
  type RateLimitOptions,
  type RateLimitSettings,
} from './http/rate-limit.ts'
import { createReadyHandler, live } from './http/health.ts'
import { createEndTogether } from './speed/end-together.ts'
import { inTurn } from './speed/in-turn.ts'
import { refuseMethod } from './http/methods.ts'
import { createObservation } from './http/observation.ts'
import { restOperations } from './procedures/operations.ts'
import { createRefusalLog, type RefusalLogOptions } from './http/refusal-log.ts'
import { createErrorReport } from './http/report-error.ts'
import { requestId } from './http/request-id.ts'
import type { RequestScope } from './http/request-scope.ts'
import { requireHost } from './http/require-host.ts'
import {
  createResourceMetadataHandler,
  resourceMetadataRoutes,
  RESOURCE_METADATA_PATH,
} from './http/resource-metadata.ts'
import { createRest } from './rest/rest.ts'
import { nameRpcRoute, refuseOtherMethods, RPC_METHODS, rpcErrorBody } from './rpc/routes.ts'
import { createRpcHandler } from './rpc/rpc.ts'
import { createOriginWarning } from './http/warn-of-origin.ts'
import { createProxyWarning } from './http/warn-of-proxy.ts'
import { sendSecurityHeaders, type SecurityHeaders } from './http/security-headers.ts'
import type { Metrics } from './observability/metrics.ts'
import type { Tracing } from './observability/tracing.ts'
import type { Deadlines } from './procedures/deadlines.ts'
import type { Streams } from './rpc/streams.ts'
import type { ApiRouter } from './trpc.ts'

const MAX_BODY_BYTES = 100 * 1024
const GET_ONLY = ['/livez', '/readyz', RESOURCE_METADATA_PATH, DESCRIPTION_PATH]
const DOCS_PATHS = ['/', DOCS_PATH]
/** No procedure's REST route may be at these, or below them. */
const OWN_PATHS = [...DOCS_PATHS, ...GET_ONLY, '/trpc']

export interface AppOptions extends DocsOptions, DescriptionOptions, RefusalLogOptions {
  readonly router: ApiRouter
  readonly authenticator: RequestAuthenticator
  /** Browser origins that may call. */
  readonly clientOrigins: readonly string[]
  /** Names of headers that their requests may carry besides the usual ones. */
  readonly corsRequestHeaders: readonly string[]
  readonly trustProxy: number | string
  /** Whether there is a docs page. */
  readonly docs: boolean
  readonly requestScope: RequestScope | undefined
  readonly isReady: () => boolean
  /** Those of every response. */
  readonly securityHeaders: SecurityHeaders
  readonly production: boolean
  /** `undefined`: requests are not limited. */
  readonly rateLimit: RateLimitSettings | undefined
  readonly tracing: Tracing
  readonly metrics: Metrics
  readonly createRateLimitStore: RateLimitOptions['createStore']
  readonly deadlines: Deadlines
  readonly streams: Streams
  /** The most that passes on a stream without a sign of life. */
  readonly pingMs: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/**
 * The Express app, and what makes its description. Every mount is in one place, in the order in which a
 * request reaches them.
 */
export function createApp(options: AppOptions): { app: Express; description: Description } {
  const { router, logger, corsRequestHeaders: requestHeaders } = options
  const origins = {
    named: options.clientOrigins,
    loopback: !options.production,
    onRefused: createOriginWarning(options),
  }
  const createContext = createContextFactory(options)
  const observers = [
    createAccessLog(logger),
    ...createRefusalLog(options),
    ...options.metrics.requestObservers,
  ]
  const reportError = createErrorReport(logger, options.metrics.onProcedureTimeout)
  const { requestHandlers: trace } = options.tracing
  const rateLimit = rateLimiting(options, createContext)
  const bodyLimit = createBodyLimit(MAX_BODY_BYTES)
  const operations = restOperations(router, OWN_PATHS)
  const description = createDescription(operations, options)
  const end = createEndTogether((error, res) => {
    reportError(error, res.req as Request)
    res.destroy()
  })
  const { deadlines, streams, pingMs, now } = options
  const transport = { router, createContext, deadlines, end, maxBodyBytes: MAX_BODY_BYTES }
  const errorHandler = (body: (error: unknown, req: Request) => string) =>
    createErrorHandler({ reportError, createContext, end, body })
  const methods = [...new Set(operations.map(({ method }) => method))]
  const responseHeaders = operations.flatMap(({ meta }) =>
    Object.keys(meta.responseHeaders?.shape ?? {}),
  )

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('case sensitive routing')
  app.set('query parser', 'simple')
  trustProxies(app, options.trustProxy)

  const beforeRest = [
    ...trace,
    ...createCors({ origins, requestHeaders, responseHeaders, methods, end }),
    ...rateLimit,
    bodyLimit,
  ]
  const beforeRpc = [
    ...trace,
    ...createCors({ origins, requestHeaders, methods: RPC_METHODS, end }),
    ...rateLimit,
    refuseOtherMethods,
    bodyLimit,
  ]
  app.use(
    inTurn([
      requestId,
      sendSecurityHeaders(options.securityHeaders),
      ...(options.requestScope ? [options.requestScope.handler] : []),
      createObservation(observers),
      requireHost,
      ...(options.trustProxy === 0 ? [createProxyWarning(logger)] : []),
      createRest({ ...transport, operations, ownPaths: OWN_PATHS, before: beforeRest }),
    ]),
  )
  app.use(
    '/trpc',
    inTurn([
      nameRpcRoute(router),
      ...beforeRpc,
      createRpcHandler({ ...transport, reportError, streams, pingMs, now }),
    ]),
    errorHandler((error, req) => rpcErrorBody(router, error, req)),
  )

  app.get('/livez', live)
  app.get('/readyz', createReadyHandler(options.isReady))

  if (options.docs) {
    app.get('/', inTurn([...rateLimit, createDocsRedirect(options)]))
    app.use(DOCS_PATH, inTurn([...rateLimit, createDocs(options)]))
  }

  app.use(inTurn(beforeRest))
  const metadataRoutes = resourceMetadataRoutes(options.publicUrl)
  const serveMetadata = createResourceMetadataHandler(options)
  for (const path of metadataRoutes) app.get(path, serveMetadata)
  app.get(DESCRIPTION_PATH, description.serve)
  for (const path of [...(options.docs ? DOCS_PATHS : []), ...GET_ONLY, ...metadataRoutes]) {
    app.all(path, refuseMethod(['GET']))
  }

  app.use(notFound)
  app.use(errorHandler(restErrorBody))
  return { app, description }
}

/** No middleware where the limit is off. */
function rateLimiting(options: AppOptions, createContext: CreateContext): RequestHandler[] {
  const { rateLimit: settings, createRateLimitStore: createStore, metrics } = options
  const { onRateLimited: onLimited } = metrics
  return settings ? [createRateLimit({ settings, createContext, createStore, onLimited })] : []
}
