import { SpanStatusCode, type Span, type SpanOptions, type Tracer } from '@opentelemetry/api'
import { judge } from '../judge.ts'

/** Runs `work` in a span that ends with it. @returns what `work` returns, at once where that is no promise */
export function inSpan<T>(
  tracer: Tracer,
  { name, ...options }: SpanOptions & { readonly name: string },
  work: (span: Span) => T,
): T {
  return tracer.startActiveSpan(name, options, (span) => {
    const succeed = <R>(result: R): R => {
      span.end()
      return result
    }
    const fail = (error: unknown): never => {
      noteFailure(span, error)
      span.end()
      throw error as Error
    }
    try {
      const result = work(span)
      return result instanceof Promise ? (result.then(succeed, fail) as T) : succeed(result)
    } catch (error) {
      return fail(error)
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
