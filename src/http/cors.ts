import cors from 'cors'
import type { RequestHandler } from 'express'

const DAY_SECONDS = 86_400

/** What requests may carry: what the server reads, what tRPC's clients send, what tracing in a browser adds. */
const REQUEST_HEADERS = [
  ...['Authorization', 'Content-Type', 'DPoP'],
  ...['Trpc-Accept', 'Last-Event-ID', 'X-Trpc-Source'],
  ...['traceparent', 'tracestate', 'baggage', 'sentry-trace', 'X-Request-Id'],
]

/**
 * CORS for one group of paths: exactly the origins given, without credentials. A list is given to
 * `cors` even for one origin, because a single one it would send to strangers too.
 */
export function createCors(options: {
  readonly origins: readonly string[]
  readonly methods: readonly string[]
  /** Names of headers that requests may carry too. */
  readonly requestHeaders: readonly string[]
}): RequestHandler[] {
  const setHeaders = cors({
    origin: [...options.origins],
    methods: [...options.methods],
    allowedHeaders: [...REQUEST_HEADERS, ...options.requestHeaders],
    exposedHeaders: ['WWW-Authenticate', 'Retry-After', 'X-Request-Id'],
    maxAge: DAY_SECONDS,
    preflightContinue: true,
  })
  /** A request without an `Origin` is told only that with one it might get another answer. */
  const setHeadersFor: RequestHandler = (req, res, next) => {
    if (req.headers.origin !== undefined) {
      setHeaders(req, res, next)
      return
    }
    res.setHeader('vary', 'Origin')
    next()
  }
  return [setHeadersFor, answerPreflight]
}

/** An OPTIONS request that is no preflight is not answered here: it gets what its path says to it. */
const answerPreflight: RequestHandler = (req, res, next) => {
  const { 'access-control-request-method': asked } = req.headers
  if (req.method === 'OPTIONS' && asked !== undefined) res.status(204).end()
  else next()
}
