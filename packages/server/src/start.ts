import type { Server } from 'node:http'
import type { Clocks, Fetch } from '@trpc-hybrid/access-token/engine'
import type { AnyRouter } from '@trpc/server'
import type { Logger } from 'pino'
import type { SecurityScheme } from 'trpc-hybrid'
import { hasTools, loadRouter, permissionsOf, unsendableBigints } from 'trpc-hybrid/engine'
import type { About } from './about.ts'
import { createApp } from './app.ts'
import type { Config } from './config/config.ts'
import { ConfigError } from './config/config-error.ts'
import { DEFAULT_MCP_PATH, type ApiParts } from './define-api.ts'
import { loadMcp } from './mcp/load-mcp.ts'
import type { OwnRoutes } from './own-routes.ts'
import type { Resource } from './resources.ts'
import type { RequestScope } from './http/request-scope.ts'
import { securityHeadersWith } from './http/security-headers.ts'
import { startLocalIssuer } from './dev-issuer/start.ts'
import { createParts, type Times } from './parts.ts'
import { createHttpServer, listen } from './connections/http-server.ts'
import { DEFAULT_LIMITS, type ServerLimits } from './connections/limits.ts'
import { createStop } from './connections/graceful-stop.ts'
import { createJobs, type Jobs } from './jobs/jobs.ts'

/** The local issuer takes any client. */
const LOCAL_DOCS_CLIENT_ID = 'docs'

const NO_ISSUER =
  'AUTH0_DOMAIN: is required, since this API has no issuer for development, a host name such as tenant.eu.auth0.com (or ISSUER_BASE_URL)'

/** A server that listens, with all that runs beside it. */
export interface Running {
  readonly server: Server
  readonly port: number
  readonly router: AnyRouter
  /** Whether there is a docs page. */
  readonly docs: boolean
  /** Calls procedures that no request asks for. */
  readonly call: Jobs['call']
  /** Where metrics are read; `undefined` when there are none. */
  readonly metricsPort: number | undefined
  /** The local issuer's address, where it runs. */
  readonly localIssuer: string | undefined
  /** Says at `/readyz` that it is stopping, lets open requests end, then ends everything that runs. */
  readonly close: () => Promise<void>
}

export interface StartOptions extends Clocks {
  readonly about: About
  readonly router: AnyRouter
  /** Asked by `/readyz`. Whoever made them closes them. */
  readonly resources?: readonly Resource[]
  /** Adds routes of the app's own. */
  readonly routes?: ((app: OwnRoutes) => void) | undefined
  /** Whether clients are told the message of a plain `TRPCError` of 4xx. */
  readonly exposeTrpcMessages?: boolean
  readonly parts?: ApiParts
  /** Where tools are served: `/mcp` unless it is said. */
  readonly mcpPath?: string
  /** Those of the app's own guards, by name. */
  readonly securitySchemes?: Readonly<Record<string, SecurityScheme>>
  readonly logger: Logger
  /** How many lines of the log could not be written. */
  readonly droppedLines?: () => number
  /** How many promises were rejected with nobody there to await them. */
  readonly unhandledRejections?: () => number
  /** Where each request is handled; without it, none is known to what it causes later. */
  readonly requestScope?: RequestScope
  readonly limits?: Partial<ServerLimits> | undefined
  readonly times?: Partial<Times> | undefined
  /** How the issuer is asked. */
  readonly fetch?: Fetch
  /** Where the local issuer keeps what outlives a restart; without it, nothing does. */
  readonly localIssuerFolder?: string
}

/**
 * Builds every dependency from the settings and starts the server. It never waits for the issuer.
 *
 * @throws {RouterError} for procedures that can't be served or described: those that may have no description are
 *   described when the server listens already, and it is not ready before that
 */
export async function start(config: Config, options: StartOptions): Promise<Running> {
  const { about, logger, now, monotonicNow, resources = [] } = options
  const { exposeTrpcMessages = false, mcpPath = DEFAULT_MCP_PATH } = options
  const docs = config.docs && options.parts?.docs !== false
  const router = await loadRouter(options.router)
  warnOfBigints(router, logger)
  const mcp = hasTools(router) ? { path: mcpPath, withMcp: await loadMcp() } : undefined
  const localIssuer = config.issuer
    ? undefined
    : await startOwnIssuer(config, { ...options, router, mcpPath: mcp?.path })
  const issuer = config.issuer ?? localIssuer
  if (!issuer) throw new ConfigError([NO_ISSUER])
  const tokenFormat = localIssuer?.tokenFormat ?? config
  const parts = await createParts(config, {
    name: about.name,
    issuer,
    tokenFormat,
    logger,
    now,
    monotonicNow,
    droppedLines: options.droppedLines,
    unhandledRejections: options.unhandledRejections,
    times: options.times,
    fetch: options.fetch,
  })
  const { keys, tracing, metrics, shared, deadlines, streams, times } = parts
  let ready = false
  const securityHeaders = securityHeadersWith(config.hsts)
  const { app, description, served } = createApp({
    about,
    router,
    exposeTrpcMessages,
    mcp,
    logger,
    now,
    authenticator: parts.authenticator,
    issuer: () => keys.issuer(),
    issuerMetadata: () => keys.metadata(),
    isReady: () => keys.current() !== undefined && ready,
    resources,
    routes: options.routes,
    securitySchemes: options.securitySchemes ?? {},
    audiences: config.audiences,
    audienceClaim: tokenFormat.audienceClaim,
    permissionsClaim: tokenFormat.permissionsClaim,
    signingAlgs: tokenFormat.signingAlgs,
    production: config.production,
    publicUrl: config.publicUrl,
    trustProxy: config.trustProxy,
    clientOrigins: config.clientOrigins,
    corsRequestHeaders: config.corsRequestHeaders,
    securityHeaders,
    rateLimit: config.rateLimit,
    createRateLimitStore: shared.createRateLimitStore,
    docs,
    docsScopes: config.docsScopes,
    docsClientId: config.docsClientId ?? (localIssuer && LOCAL_DOCS_CLIENT_ID),
    docsPeople: localIssuer?.people,
    requestScope: options.requestScope,
    deadlines,
    streams,
    pingMs: times.pingMs,
    metrics,
    tracing,
  })
  const http = createHttpServer(app, {
    ...DEFAULT_LIMITS,
    keepAliveTimeoutMs: config.keepAliveSeconds * 1000,
    ...options.limits,
    securityHeaders,
    monotonicNow,
  })
  const { server } = http
  const stop = createStop(http, { deadlines, streams, times })
  const jobs = createJobs({
    router: served,
    logger,
    inBackground: parts.inBackground,
    requestScope: options.requestScope,
    traceId: tracing.traceId,
    onCall: metrics.onJobCall,
  })
  const sweep = setInterval(() => {
    deadlines.sweep()
    streams.cutExpired()
  }, times.sweepMs).unref()
  const port = await listen(server, config)
  keys.start()
  const end = async () => {
    clearInterval(sweep)
    keys.stop()
    shared.close()
    await Promise.all([localIssuer?.close(), tracing.close(), metrics.close()])
  }
  try {
    await description.check()
  } catch (error) {
    server.close().closeAllConnections()
    await end()
    throw error
  }
  ready = true
  return {
    server,
    port,
    router,
    docs,
    call: jobs.call,
    metricsPort: metrics.port,
    localIssuer: localIssuer?.issuer,
    async close() {
      ready = false
      await Promise.all([stop(), jobs.stop(times)])
      await end()
    },
  }
}

async function startOwnIssuer(
  config: Config,
  options: Omit<StartOptions, 'mcpPath'> & { readonly mcpPath: string | undefined },
) {
  const { router, mcpPath, parts, logger, localIssuerFolder } = options
  if (parts?.devIssuer === false) return undefined
  return startLocalIssuer(config, {
    logger,
    permissions: permissionsOf(router),
    mcpPath,
    folder: localIssuerFolder,
  })
}

/** JSON has none, so those of tRPC's own clients fail before anything is sent. */
function warnOfBigints(router: AnyRouter, logger: Logger): void {
  const procedures = unsendableBigints(router)
  if (procedures.length === 0) return
  logger.warn(
    { procedures },
    'inputs hold a bigint, which a tRPC client can send only with a transformer: give the router one, or take a text',
  )
}
