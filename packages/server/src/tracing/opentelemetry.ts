import { setTimeout as delay } from 'node:timers/promises'
import {
  context,
  diag,
  DiagLogLevel,
  propagation,
  SpanKind,
  trace,
  type Span,
  type Tracer,
} from '@opentelemetry/api'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-node'
import type { Logger } from 'pino'
import {
  type RequestAuthenticator,
  AuthError,
  type Fetch,
  type InBackground,
} from '@trpc-hybrid/access-token/engine'
import type { Around } from 'trpc-hybrid/engine'
import { createParentBasedSampler } from './sampler.ts'
import { inSpan, inSyncSpan } from './spans.ts'
import { createRequestTracer } from './trace-request.ts'
import type { Tracing, TracingSettings } from './tracing.ts'

const REMEMBERED = 'auth.remembered'
/** A receiver that doesn't answer must not delay a stop. */
const FLUSH_TIMEOUT_MS = 1_000

/**
 * Starts OpenTelemetry and registers it for the whole process, so that a procedure's own spans
 * (`trace.getTracer(...)`) appear in the right place. Loaded only when settings ask for it.
 */
export async function startOpenTelemetry(
  { protocol, sampledRatio }: TracingSettings,
  { logger, name }: { readonly logger: Logger; readonly name: string },
): Promise<Tracing> {
  diag.setLogger(toDiagnosticLog(logger), DiagLogLevel.WARN)
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': name }).merge(
      detectResources({ detectors: [envDetector] }), // OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES
    ),
    ...(sampledRatio !== undefined && { sampler: createParentBasedSampler(sampledRatio) }),
    spanProcessors: [new BatchSpanProcessor(await createExporter(protocol))],
  })
  provider.register()
  const tracer = provider.getTracer(name)
  return {
    steps: [createRequestTracer(tracer)],
    aroundProcedures: inProcedureSpan(tracer),
    traceAuthentication: (authenticator) => traceAuthentication(tracer, authenticator),
    traceBackground: (inBackground) => traceBackground(tracer, inBackground),
    traceFetch: (fetch) => traceFetch(tracer, fetch),
    traceId: () => trace.getActiveSpan()?.spanContext().traceId,
    async close() {
      const sent = provider.shutdown().catch(() => undefined) // the diagnostic log has said why
      await Promise.race([sent, delay(FLUSH_TIMEOUT_MS, undefined, { ref: false })])
      for (const api of [trace, context, propagation, diag]) api.disable()
    },
  }
}

async function createExporter(protocol: TracingSettings['protocol']): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto')
  return new OTLPTraceExporter()
}

function toDiagnosticLog(logger: Logger) {
  const write = (level: 'error' | 'warn' | 'debug') => (message: string) => {
    logger[level]({ diagnostic: message }, 'tracing')
  }
  return {
    error: write('error'),
    warn: write('warn'),
    info: write('debug'),
    debug: write('debug'),
    verbose: write('debug'),
  }
}

/** Each call of a procedure runs in a span of its own. */
const inProcedureSpan =
  (tracer: Tracer): Around =>
  (path, run) =>
    inSpan(tracer, { name: path }, (span) => {
      span.setAttributes({ 'rpc.system': 'trpc', 'rpc.method': path })
      return run()
    })

/** Each look at credentials has one span: `recall` leaves it to `verify` where it knows nothing. */
function traceAuthentication(
  tracer: Tracer,
  { recall, verify }: RequestAuthenticator,
): RequestAuthenticator {
  const name = 'verify access token'
  return {
    recall(request) {
      const startTime = Date.now()
      let known: ReturnType<typeof recall>
      try {
        known = recall(request)
      } catch (error) {
        return inSyncSpan(tracer, { name, startTime }, (span) => noteRefusal(span, error))
      }
      if (known) {
        inSyncSpan(tracer, { name, startTime }, (span) => span.setAttribute(REMEMBERED, true))
      }
      return known
    },
    verify: (request) =>
      inSpan(tracer, { name }, async (span) => {
        span.setAttribute(REMEMBERED, false)
        try {
          return await verify(request)
        } catch (error) {
          return noteRefusal(span, error)
        }
      }),
  }
}

function noteRefusal(span: Span, error: unknown): never {
  if (error instanceof AuthError) span.setAttribute('auth.refusal', error.reason)
  throw error
}

/** Background work has its own trace, with a link to the request that started it. */
function traceBackground(tracer: Tracer, inBackground: InBackground): InBackground {
  return (name, work) => {
    const request = trace.getSpanContext(context.active())
    const links = request ? [{ context: request }] : []
    return inBackground(name, () => inSpan(tracer, { name, root: true, links }, work))
  }
}

/** The issuer is told the trace (`traceparent`, W3C Trace Context §3.2). */
function traceFetch(tracer: Tracer, fetch: Fetch): Fetch {
  return (url, init) => {
    const attributes = { 'http.request.method': 'GET', 'url.full': url }
    return inSpan(tracer, { name: 'GET', kind: SpanKind.CLIENT, attributes }, async (span) => {
      const headers = new Headers(init.headers)
      propagation.inject(context.active(), headers, {
        set: (carrier, name, value) => {
          carrier.set(name, value)
        },
      })
      const response = await fetch(url, { ...init, headers })
      span.setAttribute('http.response.status_code', response.status)
      return response
    })
  }
}
