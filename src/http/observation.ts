import type { Request, RequestHandler } from 'express'
import type { AuthError, AuthErrorReason } from '@trpc-hybrid/access-token/engine'
import { whenOver, type Outcome } from './when-over.ts'

declare module 'express-serve-static-core' {
  interface Request {
    /** The route's template, if it was not found by Express' own routing. */
    routeTemplate?: string | undefined
    /** The trace that the request belongs to, where there is tracing. */
    traceId?: string
    /** The refusal of a good token that lacks a permission; absent until there is one. */
    denial?: AuthError
  }
}

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
export type RequestObserver = (request: FinishedRequest, req: Request) => void

/** Watches each request from this handler to its end, once for all observers. */
export function createObservation(observers: readonly RequestObserver[]): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now()
    const { method } = req
    whenOver(res, (outcome) => {
      const durationMs = performance.now() - startedAt
      const finished = describe(req, { method, durationMs, outcome })
      for (const observe of observers) observe(finished, req)
    })
    next()
  }
}

function describe(
  req: Request,
  { method, durationMs, outcome }: { method: string; durationMs: number; outcome: Outcome },
): FinishedRequest {
  const { id: requestId, subject, refusal = req.denial, traceId } = req
  return {
    requestId,
    method,
    route: routeOf(req),
    status: outcome.status,
    durationMs: Math.round(durationMs * 1000) / 1000,
    subject,
    refusal: refusal?.reason === 'missing_token' ? undefined : refusal?.reason,
    traceId,
    aborted: outcome.aborted || undefined,
  }
}

/** The template of the route that a request took; `undefined` when none matched. */
export function routeOf(req: Request): string | undefined {
  const route = req.route as { path: string } | undefined
  return req.routeTemplate ?? (route && `${req.baseUrl}${route.path}`)
}
