import type { Server } from 'node:http'
import type { Logger } from 'pino'
import { createApp } from './app.ts'
import {
  createRequestAuthenticator,
  createBackground,
  createKeySource,
  type Clocks,
  type Fetch,
  type KeyFetch,
  type KeySourceOptions,
} from '@trpc-hybrid/access-token/engine'
import type { Config } from './config/config.ts'
import { startLocalIssuer } from './local-issuer/start.ts'
import { createKeyFetchLog } from './observability/key-fetch-log.ts'
import { NO_METRICS, type Metrics } from './observability/metrics.ts'
import { NO_TRACING, type Tracing } from './observability/tracing.ts'
import { permissionsOf } from './procedures/guard.ts'
import { loadLazyRouters } from './procedures/lazy-routers.ts'
import { withPublicErrors } from './procedures/public-errors.ts'
import { createHttpServer, DEFAULT_LIMITS, listen, type ServerLimits } from './server.ts'
import { createSharedState } from './shared-state.ts'
import { withFastProcedures } from './speed/fast-procedures.ts'
import { createStop } from './stop.ts'
import type { ApiRouter } from './trpc.ts'

/** The local issuer takes any client. */
const LOCAL_DOCS_CLIENT_ID = 'docs'

/** How long requests are still accepted after a stop was asked for: a load balancer has to notice. */
const GRACE_MS = 2_000
const DEVELOPMENT_GRACE_MS = 100

/** A server that listens, with all that runs beside it. */
export interface Running {
  readonly server: Server
  readonly port: number
  /** Where metrics are read; `undefined` when there are none. */
  readonly metricsPort: number | undefined
  /** The local issuer's address, where it runs. */
  readonly localIssuer: string | undefined
  /** Says at `/readyz` that it is stopping, lets open requests end, then ends everything that runs. */
  readonly close: () => Promise<void>
}

export interface StartOptions extends Clocks {
  readonly router: ApiRouter
  readonly logger: Logger
  /** How many lines of the log could not be written. */
  readonly droppedLines?: () => number
  readonly limits?: Partial<ServerLimits> | undefined
  /** How the issuer is asked. */
  readonly fetch?: Fetch
  /** Where the local issuer keeps what outlives a restart; without it, nothing does. */
  readonly localIssuerFolder?: string
}

/**
 * Builds every dependency from the settings and starts the server. It never waits for the issuer.
 *
 * @throws {RouterError} for procedures that can't be served or described: what describes them is loaded
 *   when the server listens already, and it is not ready before that
 */
export async function start(config: Config, options: StartOptions): Promise<Running> {
  const { logger } = options
  const router = await loadLazyRouters(options.router)
  const permissions = permissionsOf(router)
  const localIssuer = config.issuer
    ? undefined
    : await startLocalIssuer(config, { ...options, permissions })
  const issuer = config.issuer ?? localIssuer
  if (!issuer) throw new Error('There is no issuer')
  const settings = { ...config, ...localIssuer?.tokenFormat }
  const parts = await createParts(settings, { ...options, router, issuer })
  const { keys, tracing, metrics, shared } = parts
  let ready = false
  const { app, description } = createApp({
    ...settings,
    ...parts,
    logger,
    issuer: () => keys.issuer(),
    issuerMetadata: () => keys.metadata(),
    docsClientId: config.docsClientId ?? (localIssuer && LOCAL_DOCS_CLIENT_ID),
    isReady: () => keys.current() !== undefined && ready,
    createRateLimitStore: shared.createRateLimitStore,
  })
  const keepAliveTimeoutMs = config.keepAliveSeconds * 1000
  const http = createHttpServer(app, { ...DEFAULT_LIMITS, keepAliveTimeoutMs, ...options.limits })
  const { server } = http
  const stop = createStop(http)
  const port = await listen(server, config)
  keys.start()
  const end = async () => {
    keys.stop()
    shared.close()
    await Promise.all([localIssuer?.close(), tracing.close(), metrics.close()])
  }
  try {
    await description.make()
  } catch (error) {
    server.close().closeAllConnections()
    await end()
    throw error
  }
  ready = true
  return {
    server,
    port,
    metricsPort: metrics.port,
    localIssuer: localIssuer?.issuer,
    async close() {
      ready = false
      await stop({ graceMs: config.production ? GRACE_MS : DEVELOPMENT_GRACE_MS })
      await end()
    },
  }
}

type PartsOptions = StartOptions & { readonly issuer: KeySourceOptions['issuer'] }

/** What the app is made of, each part as the settings want it. */
async function createParts(config: Config, options: PartsOptions) {
  const { issuer, logger, now } = options
  const tracing = await startTracing(config, logger)
  const metrics = await startMetrics(config)
  const shared = await createSharedState(config.redisUrls, options)
  const logKeyFetch = createKeyFetchLog(logger)
  const onFetch = (outcome: KeyFetch) => {
    logKeyFetch(outcome)
    metrics.onKeyFetch(outcome)
  }
  const keys = createKeySource({
    issuer,
    monotonicNow: options.monotonicNow,
    inBackground: tracing.traceBackground(createBackground()),
    fetch: tracing.traceFetch(options.fetch ?? fetch),
    onFetch,
  })
  metrics.watch({
    keyAgeSeconds: () => keys.ageSeconds(),
    redisAvailable: shared.redisAvailable,
    droppedLogLines: options.droppedLines ?? (() => 0),
  })
  const authenticate = createRequestAuthenticator({
    ...config,
    keys,
    now,
    replayMemory: shared.replayMemory,
    onOutcome: metrics.onAuthOutcome,
  })
  return {
    keys,
    shared,
    tracing,
    metrics,
    router: tracing.traceProcedures(withFastProcedures(withPublicErrors(options.router))),
    authenticate: tracing.traceAuthentication(authenticate),
  }
}

async function startMetrics({ metricsPort: port, host }: Config): Promise<Metrics> {
  if (port === undefined) return NO_METRICS
  const { startPrometheusMetrics } = await import('./observability/prometheus.ts')
  return startPrometheusMetrics({ port, host })
}

async function startTracing({ tracing }: Config, logger: Logger): Promise<Tracing> {
  if (!tracing) return NO_TRACING
  const { startOpenTelemetry } = await import('./observability/opentelemetry.ts')
  return startOpenTelemetry(tracing, logger)
}
