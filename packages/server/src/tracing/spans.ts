import { SpanStatusCode, type Span, type SpanOptions, type Tracer } from '@opentelemetry/api'
import { judge } from '../http/judge.ts'

type NamedOptions = SpanOptions & { readonly name: string }

/** Runs `work` in a span that ends when `work` settles. */
export function inSpan<T>(
  tracer: Tracer,
  { name, ...options }: NamedOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return tracer.startActiveSpan(name, options, async (span) => {
    try {
      return await work(span)
    } catch (error) {
      noteFailure(span, error)
      throw error
    } finally {
      span.end()
    }
  })
}

/** The same for work that is done when it returns. */
export function inSyncSpan<T>(
  tracer: Tracer,
  { name, ...options }: NamedOptions,
  work: (span: Span) => T,
): T {
  return tracer.startActiveSpan(name, options, (span) => {
    try {
      return work(span)
    } catch (error) {
      noteFailure(span, error)
      throw error
    } finally {
      span.end()
    }
  })
}

/** The caller's faults are no errors of the span, as OpenTelemetry asks of a server's spans. */
function noteFailure(span: Span, error: unknown): void {
  const { status, message } = judge(error)
  if (status < 500) return
  if (error instanceof Error) span.recordException(error)
  span.setStatus({ code: SpanStatusCode.ERROR, message })
}
