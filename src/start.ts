import type { About } from './about.ts'
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
import { securityHeadersWith } from './http/security-headers.ts'
import type { RequestScope } from './http/request-scope.ts'
import { startLocalIssuer } from './local-issuer/start.ts'
import { createKeyFetchLog } from './observability/key-fetch-log.ts'
import { NO_METRICS, type Metrics } from './observability/metrics.ts'
import { NO_TRACING, type Tracing } from './observability/tracing.ts'
import { createStreams } from './streams/streams.ts'
import { createDeadlines, loadRouter, permissionsOf, unsendableBigints } from 'trpc-hybrid/engine'
import { createHttpServer, DEFAULT_LIMITS, listen, type ServerLimits } from './server.ts'
import { createSharedState } from './shared-state.ts'
import { createStop, STOP_TIMES, type StopTimes } from './stop.ts'
import type { AnyRouter } from '@trpc/server'

/** The local issuer takes any client. */
const LOCAL_DOCS_CLIENT_ID = 'docs'

/** Nobody balances load in development. */
const DEVELOPMENT_GRACE_MS = 100

/** How often it is looked whether the time of a procedure or of a stream's token is over. */
const SWEEP_MS = 1_000
/** Less than any proxy keeps a connection on which nothing happens. */
const PING_MS = 15_000

/** Times in milliseconds that no setting has. */
export interface Times extends StopTimes {
  readonly procedureTimeoutMs: number
  readonly sweepMs: number
  readonly pingMs: number
}

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
  readonly about: About
  readonly router: AnyRouter
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
 * @throws {RouterError} for procedures that can't be served or described: what describes them is loaded
 *   when the server listens already, and it is not ready before that
 */
export async function start(config: Config, options: StartOptions): Promise<Running> {
  const { logger } = options
  const router = await loadRouter(options.router)
  warnOfBigints(router, logger)
  const permissions = permissionsOf(router)
  const localIssuer = config.issuer
    ? undefined
    : await startLocalIssuer(config, { ...options, permissions })
  const issuer = config.issuer ?? localIssuer
  if (!issuer) throw new Error('There is no issuer')
  const settings = { ...config, ...localIssuer?.tokenFormat }
  const parts = await createParts(settings, { ...options, router, issuer })
  const { keys, tracing, metrics, shared, deadlines, streams, times } = parts
  let ready = false
  const securityHeaders = securityHeadersWith(config.hsts)
  const { app, description } = createApp({
    ...settings,
    ...parts,
    securityHeaders,
    about: options.about,
    logger,
    now: options.now,
    pingMs: times.pingMs,
    requestScope: options.requestScope,
    issuer: () => keys.issuer(),
    issuerMetadata: () => keys.metadata(),
    docsClientId: config.docsClientId ?? (localIssuer && LOCAL_DOCS_CLIENT_ID),
    isReady: () => keys.current() !== undefined && ready,
    createRateLimitStore: shared.createRateLimitStore,
  })
  const keepAliveTimeoutMs = config.keepAliveSeconds * 1000
  const http = createHttpServer(app, {
    ...DEFAULT_LIMITS,
    keepAliveTimeoutMs,
    ...options.limits,
    securityHeaders,
    monotonicNow: options.monotonicNow,
  })
  const { server } = http
  const stop = createStop(http, { deadlines, streams, times })
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
      await stop()
      await end()
    },
  }
}

type PartsOptions = StartOptions & { readonly issuer: KeySourceOptions['issuer'] }

/** What the app is made of, each part as the settings want it. */
async function createParts(config: Config, options: PartsOptions) {
  const { issuer, logger, now } = options
  const tracing = await startTracing(config, { logger, name: options.about.name })
  const metrics = await startMetrics(config)
  const shared = await createSharedState(config.redisUrls, {
    ...options,
    prefix: options.about.name,
  })
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
  const times: Times = {
    ...STOP_TIMES,
    ...(!config.production && { graceMs: DEVELOPMENT_GRACE_MS }),
    procedureTimeoutMs: config.procedureTimeoutSeconds * 1000,
    sweepMs: SWEEP_MS,
    pingMs: PING_MS,
    ...options.times,
  }
  const { procedureTimeoutMs: timeoutMs, sweepMs } = times
  const streams = createStreams({
    maxPerClient: config.maxStreamsPerClient,
    now,
    onEnd: metrics.onStreamEnd,
  })
  metrics.watch({
    keyAgeSeconds: () => keys.ageSeconds(),
    redisAvailable: shared.redisAvailable,
    droppedLogLines: options.droppedLines ?? (() => 0),
    openStreams: streams.count,
    unhandledRejections: options.unhandledRejections ?? (() => 0),
  })
  const authenticator = createRequestAuthenticator({
    ...config,
    keys,
    now,
    replayMemory: shared.replayMemory,
    onOutcome: metrics.onAuthOutcome,
  })
  return {
    keys,
    shared,
    times,
    streams,
    deadlines: createDeadlines({ timeoutMs, sweepMs }),
    tracing,
    metrics,
    router: options.router,
    aroundProcedures: tracing.aroundProcedures,
    authenticator: tracing.traceAuthentication(authenticator),
  }
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

async function startMetrics({ metricsPort: port, metricsHost: host }: Config): Promise<Metrics> {
  if (port === undefined) return NO_METRICS
  const { startPrometheusMetrics } = await import('./observability/prometheus.ts')
  return startPrometheusMetrics({ port, host })
}

async function startTracing(
  { tracing }: Config,
  named: { readonly logger: Logger; readonly name: string },
): Promise<Tracing> {
  if (!tracing) return NO_TRACING
  const { startOpenTelemetry } = await import('./observability/opentelemetry.ts')
  return startOpenTelemetry(tracing, named)
}
