import { createServer, type Server } from 'node:http'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { AuthOutcome } from '@trpc-hybrid/access-token/engine'
import type { RateLimitName } from '../limits/rate-limit.ts'
import { STREAM_ENDS } from '../streams/streams.ts'
import { listen } from '../connections/http-server.ts'
import type { Metrics, WatchedValues } from './metrics.ts'
import { createRequestHistogram } from './request-histogram.ts'

const FETCH_BUCKETS_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const JOB_BUCKETS_SECONDS = [0.01, 0.1, 1, 10, 60, 600]
const RATE_LIMITS: readonly RateLimitName[] = ['client', 'failed-authentication']

/**
 * Metrics for Prometheus, at `/metrics` on a port of their own, so that they are never public by accident.
 * Every label has a bounded set of values: route templates, known methods, statuses, and closed lists in
 * the code.
 */
export async function startPrometheusMetrics(address: {
  readonly port: number
  readonly host: string | undefined
}): Promise<Metrics> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const server = createMetricsServer(registry)
  return {
    requestObservers: [createRequestHistogram(registry)],
    onAuthOutcome: countOutcomes(registry),
    onKeyFetch: measureFetches(registry),
    onRateLimited: countLimited(registry),
    onProcedureTimeout: countTimeouts(registry),
    onJobCall: measureJobCalls(registry),
    onStreamEnd: countStreamEnds(registry),
    watch: (values) => {
      watchValues(registry, values)
    },
    port: await listen(server, address),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

function createMetricsServer(registry: Registry): Server {
  return createServer((req, res) => {
    const [path] = req.url?.split('?') ?? []
    if (path !== '/metrics' || !['GET', 'HEAD'].includes(req.method ?? '')) {
      res.writeHead(404).end()
      return
    }
    registry.metrics().then(
      (text) => res.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => res.writeHead(500).end(),
    )
  })
}

/** Counted in a map, because prom-client composes the labels of a count each time. */
function countOutcomes(registry: Registry): Metrics['onAuthOutcome'] {
  const counts = new Map<AuthOutcome, number>()
  new Counter({
    name: 'access_token_outcomes_total',
    help: 'Looks at the credentials of requests, by what came of them; remembered: verified before',
    labelNames: ['outcome'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [outcome, count] of counts) this.inc({ outcome }, count)
    },
  })
  return (outcome) => {
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  }
}

function measureFetches(registry: Registry): Metrics['onKeyFetch'] {
  const fetches = new Histogram({
    name: 'issuer_key_fetch_duration_seconds',
    help: "Fetches of the issuer's keys",
    labelNames: ['result'],
    buckets: FETCH_BUCKETS_SECONDS,
    registers: [registry],
  })
  for (const result of ['success', 'failure']) fetches.zero({ result })
  return ({ error, durationMs }) => {
    fetches.observe({ result: error === undefined ? 'success' : 'failure' }, durationMs / 1000)
  }
}

function countLimited(registry: Registry): Metrics['onRateLimited'] {
  const limited = new Counter({
    name: 'rate_limited_requests_total',
    help: 'Requests refused because their client sent too many',
    labelNames: ['limit'],
    registers: [registry],
  })
  for (const limit of RATE_LIMITS) limited.inc({ limit }, 0)
  return (limit) => {
    limited.inc({ limit })
  }
}

function countTimeouts(registry: Registry): Metrics['onProcedureTimeout'] {
  const timeouts = new Counter({
    name: 'procedure_timeouts_total',
    help: 'Calls answered 503 because their procedure had not settled in its time',
    registers: [registry],
  })
  return () => {
    timeouts.inc()
  }
}

function measureJobCalls(registry: Registry): Metrics['onJobCall'] {
  const calls = new Histogram({
    name: 'job_call_duration_seconds',
    help: 'Procedures called by jobs, which no request asked for',
    labelNames: ['procedure', 'status'],
    buckets: JOB_BUCKETS_SECONDS,
    registers: [registry],
  })
  return ({ procedure, status, durationMs }) => {
    calls.observe({ procedure, status: String(status) }, durationMs / 1000)
  }
}

function countStreamEnds(registry: Registry): Metrics['onStreamEnd'] {
  const ended = new Counter({
    name: 'streams_ended_total',
    help: 'Subscriptions and streamed batches by how they ended; refused: their client had too many',
    labelNames: ['end'],
    registers: [registry],
  })
  for (const end of STREAM_ENDS) ended.inc({ end }, 0)
  return (end) => {
    ended.inc({ end })
  }
}

function watchValues(registry: Registry, values: WatchedValues): void {
  new Gauge({
    name: 'issuer_key_age_seconds',
    help: 'How long ago the issuer confirmed its keys; NaN without keys',
    registers: [registry],
    collect() {
      this.set(values.keyAgeSeconds() ?? NaN)
    },
  })
  new Counter({
    name: 'log_lines_dropped_total',
    help: 'Lines of the log that nobody read in time',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(values.droppedLogLines())
    },
  })
  new Gauge({
    name: 'open_streams',
    help: 'Subscriptions and streamed batches that are open',
    registers: [registry],
    collect() {
      this.set(values.openStreams())
    },
  })
  new Counter({
    name: 'unhandled_rejections_total',
    help: 'Promises that were rejected with nobody there to await them',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(values.unhandledRejections())
    },
  })
  if (values.redisAvailable() === undefined) return
  new Gauge({
    name: 'redis_available',
    help: '1 while replicas share their state, 0 while each goes on in memory',
    registers: [registry],
    collect() {
      this.set(values.redisAvailable() === true ? 1 : 0)
    },
  })
}
