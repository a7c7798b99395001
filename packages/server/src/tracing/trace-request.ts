import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Span,
  type Tracer,
} from '@opentelemetry/api'
import type { Exchange, Step } from '../http/exchange.ts'
import { routeOf } from '../http/observation.ts'
import { whenOver } from '../http/when-over.ts'
import { methodLabel } from '../metrics/labels.ts'

/**
 * A span for each request, in the trace of the caller (`traceparent`, W3C Trace Context §3.2). Of the
 * URL it holds the route's template alone: the rest may hold secrets.
 */
export function createRequestTracer(tracer: Tracer): Step {
  return (exchange, next) => {
    const { req, res } = exchange
    const caller = propagation.extract(ROOT_CONTEXT, req.headers)
    const method = methodLabel(req.method)
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER }, caller)
    span.setAttributes({ 'http.request.method': method, 'http.request.id': exchange.id })
    exchange.traceId = span.spanContext().traceId
    whenOver(res, ({ status }) => {
      finish(span, { exchange, method, status })
    })
    context.with(trace.setSpan(caller, span), next)
  }
}

function finish(
  span: Span,
  { exchange, method, status }: { exchange: Exchange; method: string; status: number },
): void {
  const route = routeOf(exchange)
  if (route !== undefined) {
    span.updateName(`${method} ${route}`)
    span.setAttribute('http.route', route)
  }
  span.setAttribute('http.response.status_code', status)
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}
