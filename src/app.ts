import express, { type Express, type Request, type RequestHandler } from 'express'
import type { Authenticate } from '@trpc-hybrid/access-token/engine'
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
import { requireHost } from './http/require-host.ts'
import { createResourceMetadataHandler, RESOURCE_METADATA_PATH } from './http/resource-metadata.ts'
import { createRest } from './rest/rest.ts'
import { nameRpcRoute, refuseOtherMethods, RPC_METHODS, rpcErrorBody } from './rpc/routes.ts'
import { createRpcHandler } from './rpc/rpc.ts'
import { createProxyWarning } from './http/warn-of-proxy.ts'
import { securityHeaders } from './http/security-headers.ts'
import type { Metrics } from './observability/metrics.ts'
import type { Tracing } from './observability/tracing.ts'
import type { ApiRouter } from './trpc.ts'

const MAX_BODY_BYTES = 100 * 1024
const GET_ONLY = ['/', '/livez', '/readyz', DOCS_PATH, RESOURCE_METADATA_PATH, DESCRIPTION_PATH]
/** No procedure's REST route may be at these, or below them. */
const OWN_PATHS = [...GET_ONLY, '/trpc']

export interface AppOptions extends DocsOptions, DescriptionOptions, RefusalLogOptions {
  readonly router: ApiRouter
  readonly authenticate: Authenticate
  /** Browser origins that may call. */
  readonly clientOrigins: readonly string[]
  /** Names of headers that their requests may carry besides the usual ones. */
  readonly corsRequestHeaders: readonly string[]
  readonly trustProxy: number | string
  readonly isReady: () => boolean
  /** `undefined`: requests are not limited. */
  readonly rateLimit: RateLimitSettings | undefined
  readonly tracing: Tracing
  readonly metrics: Metrics
  readonly createRateLimitStore: RateLimitOptions['createStore']
}

/**
 * The Express app, and what makes its description. Every mount is in one place, in the order in which a
 * request reaches them.
 */
export function createApp(options: AppOptions): { app: Express; description: Description } {
  const { router, logger, clientOrigins: origins, corsRequestHeaders: requestHeaders } = options
  const createContext = createContextFactory(options)
  const observers = [
    createAccessLog(logger),
    ...createRefusalLog(options),
    ...options.metrics.requestObservers,
  ]
  const reportError = createErrorReport(logger)
  const { requestHandlers: trace } = options.tracing
  const rateLimit = rateLimiting(options, createContext)
  const bodyLimit = createBodyLimit(MAX_BODY_BYTES)
  const operations = restOperations(router, OWN_PATHS)
  const description = createDescription(operations, options)
  const end = createEndTogether((error, res) => {
    reportError(error, res.req as Request)
    res.destroy()
  })
  const transport = { router, createContext, end, maxBodyBytes: MAX_BODY_BYTES }
  const errorHandler = (body: (error: unknown, req: Request) => string) =>
    createErrorHandler({ reportError, createContext, end, body })
  const methods = [...new Set(operations.map(({ method }) => method))]

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('case sensitive routing')
  app.set('query parser', 'simple')
  trustProxies(app, options.trustProxy)

  const beforeRest = [
    ...trace,
    ...createCors({ origins, requestHeaders, methods, end }),
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
      securityHeaders,
      createObservation(observers),
      requireHost,
      ...(options.trustProxy === 0 ? [createProxyWarning(logger)] : []),
      createRest({ ...transport, operations, ownPaths: OWN_PATHS, before: beforeRest }),
    ]),
  )
  app.use(
    '/trpc',
    inTurn([nameRpcRoute(router), ...beforeRpc, createRpcHandler({ ...transport, reportError })]),
    errorHandler((error, req) => rpcErrorBody(router, error, req)),
  )

  app.get('/livez', live)
  app.get('/readyz', createReadyHandler(options.isReady))

  app.get('/', createDocsRedirect(options))
  app.use(DOCS_PATH, createDocs(options))

  app.use(inTurn(beforeRest))
  app.get(RESOURCE_METADATA_PATH, createResourceMetadataHandler(options))
  app.get(DESCRIPTION_PATH, description.serve)
  for (const path of GET_ONLY) app.all(path, refuseMethod(['GET']))

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
