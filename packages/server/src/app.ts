import express, { type Express, type Response } from 'express'
import type { RequestAuthenticator } from '@trpc-hybrid/access-token/engine'
import { createDocs, createDocsRedirect, DOCS_PATH, type DocsOptions } from './docs/docs.ts'
import { createAccessLog } from './log/access-log.ts'
import { createBodyLimit } from './http/body-limit.ts'
import { trustProxies } from './http/client-address.ts'
import { createContextFactory, type CreateContext } from './http/context.ts'
import { createCors, createOriginCheck } from './http/cors.ts'
import {
  createDescription,
  DESCRIPTION_PATH,
  type Description,
  type DescriptionOptions,
} from './description/serve.ts'
import { challengeOf, createErrorHandler, notFound } from './http/errors.ts'
import {
  createRateLimit,
  type RateLimiter,
  type RateLimitOptions,
  type RateLimitSettings,
} from './limits/rate-limit.ts'
import { createReadyHandler, live } from './http/health.ts'
import { createEndTogether } from './http/end-together.ts'
import { asHandler, beginWith, compose, exchangeOf } from './http/steps.ts'
import { createMethodRefusal, refuseMethod } from './http/methods.ts'
import { createObservation } from './http/observation.ts'
import { createRoutes, declaredHeadersOf, headerNamesOf, type Deadlines } from 'trpc-hybrid/engine'
import { createRefusalLog, type RefusalLogOptions } from './log/refusal-log.ts'
import { createHiddenMessageReport } from './http/hidden-message.ts'
import { judge } from './http/judge.ts'
import { createErrorReport, isHangUp } from './http/report-error.ts'
import { sendRequestId } from './http/request-id.ts'
import type { RequestScope } from './http/request-scope.ts'
import { requireHost } from './http/require-host.ts'
import { serveProcedures } from './http/serve-procedures.ts'
import { asExchange } from './http/exchange.ts'
import {
  createResourceMetadataHandler,
  resourceMetadataRoutes,
  RESOURCE_METADATA_PATH,
} from './http/resource-metadata.ts'
import { createOriginWarning } from './http/warn-of-origin.ts'
import { createProxyWarning } from './http/warn-of-proxy.ts'
import { sendSecurityHeaders, type SecurityHeaders } from './http/security-headers.ts'
import type { McpServing } from './mcp/load-mcp.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { Tracing } from './tracing/tracing.ts'
import { admitStream } from './streams/admission.ts'
import type { OwnRoutes } from './own-routes.ts'
import type { Resource } from './resources.ts'
import type { Streams } from './streams/streams.ts'
import type { AnyRouter } from '@trpc/server'

const MAX_BODY_BYTES = 100 * 1024
const GET_ONLY = ['/livez', '/readyz', RESOURCE_METADATA_PATH, DESCRIPTION_PATH]
const DOCS_PATHS = ['/', DOCS_PATH]
/** No procedure's REST route may be at these, or below them. */
const OWN_PATHS = [...DOCS_PATHS, ...GET_ONLY]
const RPC_PATH = '/trpc'
const RPC_METHODS = ['GET', 'POST']
/** Those of Streamable HTTP, which pages send too. */
const MCP_REQUEST_HEADERS = ['Mcp-Protocol-Version', 'Mcp-Session-Id', 'Mcp-Method', 'Mcp-Name']
const ANY_METHOD = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

export interface AppOptions extends DocsOptions, DescriptionOptions, RefusalLogOptions {
  readonly router: AnyRouter
  /** Whether clients are told the message of a plain `TRPCError` of 4xx. */
  readonly exposeTrpcMessages: boolean
  /** `undefined` where no procedure is a tool. */
  readonly mcp: McpServing | undefined
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
  /** Adds the app's own, besides those of the procedures. */
  readonly routes: ((app: OwnRoutes) => void) | undefined
  /** What `/readyz` asks too. */
  readonly resources: readonly Resource[]
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
export function createApp(options: AppOptions): {
  readonly app: Express
  readonly description: Description
  /** As it is served. */
  readonly served: AnyRouter
} {
  const { router, mcp, about, logger } = options
  const requestHeaders = [
    ...options.corsRequestHeaders,
    ...declaredHeadersOf(router),
    ...keyHeaders(options.securitySchemes),
  ]
  const origins = {
    named: options.clientOrigins,
    loopback: !options.production,
    onRefused: createOriginWarning(options),
  }
  const createContext = createContextFactory({
    authenticator: options.authenticator,
    publicUrl: options.publicUrl,
    mcp,
    logger,
    securitySchemes: options.securitySchemes,
    countFailure: async (exchange) => limiter?.countFailure(exchange),
  })
  const observers = [
    createAccessLog(logger),
    ...createRefusalLog(options),
    ...options.metrics.requestObservers,
  ]
  const reportError = createErrorReport({
    logger,
    onTimeout: options.metrics.onProcedureTimeout,
    reportHidden: createHiddenMessageReport({ router, logger, production: options.production }),
  })
  const { steps: trace } = options.tracing
  const limiter = rateLimiterOf(options, createContext)
  const rateLimit = limiter ? [limiter.step] : []
  const procedures = createRoutes({
    router,
    rpcPath: RPC_PATH,
    ...(mcp && { mcpPath: mcp.path }),
    ownPaths: OWN_PATHS,
    limits: { bodyBytes: MAX_BODY_BYTES },
    exposeTrpcMessages: options.exposeTrpcMessages,
    around: options.tracing.aroundProcedures,
    errorHeaders: (error, request) =>
      challengeOf(error, createContext(asExchange(request)).challenge),
    onError: ({ error, path, request }) => {
      const exchange = asExchange(request)
      reportError(error, { exchange, path })
      exchange.hungUp ||= isHangUp(error.cause, exchange)
    },
    deadlines: options.deadlines,
    pingMs: options.pingMs,
    admitStream: ({ request, kind }) => {
      const exchange = asExchange(request)
      const { streams, now } = options
      return admitStream(exchange, { context: createContext(exchange), kind, streams, now })
    },
  })
  const routes = mcp
    ? mcp.withMcp(procedures, {
        name: about.title,
        version: about.version,
        allowsOrigin: createOriginCheck(origins),
        onCall: (request, tool) => {
          asExchange(request).route = `${mcp.path}/${tool}`
        },
      })
    : procedures
  const { operations } = routes
  const bodyLimit = createBodyLimit({ maxBytes: MAX_BODY_BYTES, operations, rpcPath: RPC_PATH })
  const description = createDescription(operations, options)
  const end = createEndTogether((error, res) => {
    reportError(judge(error), { exchange: exchangeOf(res as Response), path: undefined })
    res.destroy()
  })
  const methods = options.routes ? ANY_METHOD : [...new Set(operations.map(({ method }) => method))]
  const responseHeaders = [
    ...operations.flatMap(({ deprecation }) => deprecation.map(([name]) => name)),
    ...operations.flatMap(({ meta }) =>
      meta.responseHeaders ? headerNamesOf(meta.responseHeaders) : [],
    ),
    ...(operations.some(({ fileType }) => fileType !== undefined) ? ['Content-Disposition'] : []),
  ]

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
    bodyLimit,
  ]
  const beforeMcp = [
    ...trace,
    ...createCors({
      origins,
      requestHeaders: [...MCP_REQUEST_HEADERS, ...requestHeaders],
      methods: ['POST'],
      end,
    }),
    ...rateLimit,
    bodyLimit,
  ]
  app.use(
    beginWith(
      compose([
        sendRequestId,
        sendSecurityHeaders(options.securityHeaders),
        ...(options.requestScope ? [options.requestScope.step] : []),
        createObservation(observers),
        requireHost,
        ...(options.trustProxy === 0 ? [createProxyWarning(logger)] : []),
        serveProcedures({
          routes,
          rpcPath: RPC_PATH,
          mcpPath: mcp?.path,
          ownPaths: OWN_PATHS,
          passOnMethods: options.routes !== undefined,
          before: { rest: beforeRest, rpc: beforeRpc, mcp: beforeMcp },
          createContext,
          end,
        }),
      ]),
    ),
  )

  app.get('/livez', live)
  app.get('/readyz', createReadyHandler(options.isReady, options.resources))

  if (options.docs) {
    app.get('/', asHandler(compose(rateLimit)), createDocsRedirect(options))
    app.use(DOCS_PATH, asHandler(compose(rateLimit)), createDocs(options))
  }

  app.use(asHandler(compose(beforeRest)))
  const metadata = ['', ...(mcp ? [mcp.path] : [])].map((resourcePath) => ({
    paths: resourceMetadataRoutes(options.publicUrl, resourcePath),
    serve: createResourceMetadataHandler({ ...options, resourcePath }),
  }))
  const metadataRoutes = metadata.flatMap(({ paths }) => paths)
  for (const { paths, serve } of metadata) app.get([...paths], serve)
  app.get(DESCRIPTION_PATH, description.serve)
  for (const path of [...(options.docs ? DOCS_PATHS : []), ...GET_ONLY, ...metadataRoutes]) {
    app.all(path, refuseMethod(['GET']))
  }

  if (options.routes) {
    const own = express.Router({ caseSensitive: true })
    options.routes(own)
    app.use(own, asHandler(createMethodRefusal(routes)))
  }
  app.use(notFound)
  app.use(createErrorHandler({ routes, end }))
  return { app, description, served: routes.router }
}

/** In which API keys are sent. */
function keyHeaders(schemes: AppOptions['securitySchemes']): string[] {
  return Object.values(schemes).flatMap((scheme) =>
    scheme.type === 'apiKey' && scheme.in === 'header' ? [scheme.name] : [],
  )
}

/** None where the limit is off. */
function rateLimiterOf(options: AppOptions, createContext: CreateContext): RateLimiter | undefined {
  const { rateLimit: settings, createRateLimitStore: createStore, metrics } = options
  const { onRateLimited: onLimited } = metrics
  return settings && createRateLimit({ settings, createContext, createStore, onLimited })
}
