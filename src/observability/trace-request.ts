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
import type { Request, RequestHandler } from 'express'
import { routeOf } from '../http/observation.ts'
import { whenOver } from '../http/when-over.ts'
import { methodLabel } from './labels.ts'

/**
 * A span for each request, in the trace of the caller (`traceparent`, W3C Trace Context §3.2). Of the
 * URL it holds the route's template alone: the rest may hold secrets.
 */
export function createRequestTracer(tracer: Tracer): RequestHandler {
  return (req, res, next) => {
    const caller = propagation.extract(ROOT_CONTEXT, req.headers)
    const method = methodLabel(req.method)
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER }, caller)
    span.setAttributes({ 'http.request.method': method, 'http.request.id': req.id })
    req.traceId = span.spanContext().traceId
    whenOver(res, ({ status }) => {
      finish(span, { req, method, status })
    })
    context.with(trace.setSpan(caller, span), next)
  }
}

function finish(
  span: Span,
  { req, method, status }: { req: Request; method: string; status: number },
): void {
  const route = routeOf(req)
  if (route !== undefined) {
    span.updateName(`${method} ${route}`)
    span.setAttribute('http.route', route)
  }
  span.setAttribute('http.response.status_code', status)
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}
