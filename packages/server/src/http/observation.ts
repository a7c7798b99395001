import type { AuthErrorReason } from '@trpc-hybrid/access-token/engine'
import type { Exchange, Step } from './exchange.ts'
import { whenOver, type Outcome } from './when-over.ts'

/** What is known about a request when it is over. None of it comes from a header, a query or a body. */
export interface FinishedRequest {
  readonly requestId: string
  readonly method: string
  /** The template, such as `/api/reports/{id}`; `undefined` when no route matched. */
  readonly route: string | undefined
  /** 499 when the connection ended before there was a response. */
  readonly status: number
  readonly durationMs: number
  /** `sub` of the verified access token. */
  readonly subject: string | undefined
  /** What was wrong with the request's credentials, or that they lacked a permission. */
  readonly refusal: AuthErrorReason | undefined
  readonly traceId: string | undefined
  /** Whether the connection ended before the response was complete. */
  readonly aborted: true | undefined
}

/** Told of every request when it is over. It has to be quick, because it runs within the request's time. */
export type RequestObserver = (request: FinishedRequest, exchange: Exchange) => void

/** Watches each request from this handler to its end, once for all observers. */
export function createObservation(observers: readonly RequestObserver[]): Step {
  return (exchange, next) => {
    const startedAt = performance.now()
    const { method } = exchange
    whenOver(exchange.res, (outcome) => {
      const durationMs = performance.now() - startedAt
      const finished = describe(exchange, { method, durationMs, outcome })
      for (const observe of observers) observe(finished, exchange)
    })
    next()
  }
}

function describe(
  exchange: Exchange,
  { method, durationMs, outcome }: { method: string; durationMs: number; outcome: Outcome },
): FinishedRequest {
  const { id: requestId, subject, refusal = exchange.denial, traceId } = exchange
  return {
    requestId,
    method,
    route: routeOf(exchange),
    status: outcome.status,
    durationMs: Math.round(durationMs * 1000) / 1000,
    subject,
    refusal: refusal?.reason === 'missing_token' ? undefined : refusal?.reason,
    traceId,
    aborted: outcome.aborted || undefined,
  }
}

/** The template of the route that a request took; `undefined` when none matched. */
export function routeOf({ route, req }: Exchange): string | undefined {
  const own = req.route as { path: string } | undefined
  return route ?? (own && `${req.baseUrl}${own.path}`)
}
