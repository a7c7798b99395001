import type { Logger } from 'pino'
import {
  createBackground,
  createKeySource,
  createRequestAuthenticator,
  type Clocks,
  type Fetch,
  type KeyFetch,
  type KeySourceOptions,
} from '@trpc-hybrid/access-token/engine'
import { createDeadlines } from 'trpc-hybrid/engine'
import type { Config } from './config/config.ts'
import { createKeyFetchLog } from './log/key-fetch-log.ts'
import { NO_METRICS, type Metrics } from './metrics/metrics.ts'
import { NO_TRACING, type Tracing } from './tracing/tracing.ts'
import { createSharedState } from './limits/shared-state.ts'
import { STOP_TIMES, type StopTimes } from './connections/graceful-stop.ts'
import { createStreams } from './streams/streams.ts'

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

/** How the tokens of the issuer are read. */
export type TokenFormat = Pick<Config, 'permissionsClaim' | 'audienceClaim' | 'signingAlgs'>

export interface PartsOptions extends Clocks {
  /** The API's, in keys of Redis and in traces. */
  readonly name: string
  readonly issuer: KeySourceOptions['issuer']
  readonly tokenFormat: TokenFormat
  readonly logger: Logger
  readonly droppedLines: (() => number) | undefined
  readonly unhandledRejections: (() => number) | undefined
  readonly times: Partial<Times> | undefined
  /** How the issuer is asked. */
  readonly fetch: Fetch | undefined
}

/** What the server is made of, each part as the settings want it. */
export async function createParts(config: Config, options: PartsOptions) {
  const { name, logger, now, monotonicNow, tokenFormat } = options
  const tracing = await startTracing(config, { logger, name })
  const metrics = await startMetrics(config)
  const shared = await createSharedState(config.redisUrls, {
    logger,
    now,
    monotonicNow,
    prefix: name,
  })
  const inBackground = tracing.traceBackground(createBackground())
  const keys = createKeySource({
    issuer: options.issuer,
    monotonicNow,
    inBackground,
    fetch: tracing.traceFetch(options.fetch ?? fetch),
    onFetch: tellOfFetches(logger, metrics),
  })
  const times = timesOf(config, options.times)
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
    keys,
    now,
    production: config.production,
    audiences: config.audiences,
    audienceClaim: tokenFormat.audienceClaim,
    permissionsClaim: tokenFormat.permissionsClaim,
    signingAlgs: tokenFormat.signingAlgs,
    replayMemory: shared.replayMemory,
    onOutcome: metrics.onAuthOutcome,
  })
  return {
    keys,
    inBackground,
    shared,
    times,
    streams,
    deadlines: createDeadlines({ timeoutMs: times.procedureTimeoutMs, sweepMs: times.sweepMs }),
    tracing,
    metrics,
    authenticator: tracing.traceAuthentication(authenticator),
  }
}

function timesOf(config: Config, given: Partial<Times> | undefined): Times {
  return {
    ...STOP_TIMES,
    ...(!config.production && { graceMs: DEVELOPMENT_GRACE_MS }),
    procedureTimeoutMs: config.procedureTimeoutSeconds * 1000,
    sweepMs: SWEEP_MS,
    pingMs: PING_MS,
    ...given,
  }
}

function tellOfFetches(logger: Logger, metrics: Metrics): (outcome: KeyFetch) => void {
  const log = createKeyFetchLog(logger)
  return (outcome) => {
    log(outcome)
    metrics.onKeyFetch(outcome)
  }
}

async function startMetrics({ metricsPort: port, metricsHost: host }: Config): Promise<Metrics> {
  if (port === undefined) return NO_METRICS
  const { startPrometheusMetrics } = await import('./metrics/prometheus.ts')
  return startPrometheusMetrics({ port, host })
}

async function startTracing(
  { tracing }: Config,
  named: { readonly logger: Logger; readonly name: string },
): Promise<Tracing> {
  if (!tracing) return NO_TRACING
  const { startOpenTelemetry } = await import('./tracing/opentelemetry.ts')
  return startOpenTelemetry(tracing, named)
}
