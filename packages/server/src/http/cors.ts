import cors from 'cors'
import type { Request } from 'express'
import { LOOPBACK_ORIGIN } from '@trpc-hybrid/access-token/engine'
import type { Step } from './exchange.ts'
import type { End } from './end-together.ts'

const DAY_SECONDS = 86_400

/**
 * Headers that requests may carry: what the server reads, what tRPC's clients send, what tracing in a browser
 * adds.
 */
const REQUEST_HEADERS = [
  ...['Authorization', 'Content-Type', 'DPoP'],
  ...['Trpc-Accept', 'Last-Event-ID', 'X-Trpc-Source'],
  ...['traceparent', 'tracestate', 'baggage', 'sentry-trace', 'X-Request-Id'],
]

const EXPOSED_HEADERS = [
  ...['WWW-Authenticate', 'Retry-After', 'X-Request-Id'],
  ...['RateLimit', 'RateLimit-Policy'],
]

/**
 * CORS for one group of paths: exactly the origins given (in development those on this machine too), without
 * credentials. `cors` is given a list even for
 * one origin, because it would send a single one to strangers too. It composes its headers for each request, so
 * it is used only for preflights: other answers need just two of its headers.
 */
export function createCors(options: {
  readonly origins: AllowedOrigins & {
    /** Told of a request from an origin that may not call. */
    readonly onRefused: (req: Request, origin: string) => void
  }
  readonly methods: readonly string[]
  /** Names of headers that requests may carry too. */
  readonly requestHeaders: readonly string[]
  /** Names of headers that pages may read too. */
  readonly responseHeaders?: readonly string[]
  readonly end: End
}): Step[] {
  const { named, loopback, onRefused } = options.origins
  const exposedHeaders = [...EXPOSED_HEADERS, ...(options.responseHeaders ?? [])]
  const setPreflightHeaders = cors({
    origin: [...named, ...(loopback ? [LOOPBACK_ORIGIN] : [])],
    methods: [...options.methods],
    allowedHeaders: eachOnce([...REQUEST_HEADERS, ...options.requestHeaders]),
    exposedHeaders,
    maxAge: DAY_SECONDS,
    preflightContinue: true,
  })
  const isAllowed = createOriginCheck(options.origins)
  const exposed = exposedHeaders.join(',')
  const setHeaders: Step = ({ req, res }, next) => {
    const { origin } = req.headers
    const allowed = origin !== undefined && isAllowed(origin)
    if (origin !== undefined && !allowed) onRefused(req, origin)
    if (req.method === 'OPTIONS' && origin !== undefined) {
      setPreflightHeaders(req, res, next)
      return
    }
    res.setHeader('vary', 'Origin')
    if (allowed) {
      res.setHeader('access-control-allow-origin', origin)
      res.setHeader('access-control-expose-headers', exposed)
    }
    next()
  }
  return [setHeaders, createPreflightAnswer(options.end)]
}

/** Names are the same in any case. The first is kept. */
function eachOnce(names: readonly string[]): string[] {
  const known = new Map(names.toReversed().map((name) => [name.toLowerCase(), name]))
  return [...new Set(names.map((name) => known.get(name.toLowerCase()) ?? name))]
}

export interface AllowedOrigins {
  readonly named: readonly string[]
  /** Whether every page on this machine may call too. */
  readonly loopback: boolean
}

export function createOriginCheck({
  named,
  loopback,
}: AllowedOrigins): (origin: string) => boolean {
  const names = new Set(named)
  return (origin) => names.has(origin) || (loopback && LOOPBACK_ORIGIN.test(origin))
}

/** An OPTIONS request that is not a preflight is not answered here, but as its path does. */
const createPreflightAnswer =
  (end: End): Step =>
  ({ req, res }, next) => {
    if (req.method !== 'OPTIONS' || req.headers['access-control-request-method'] === undefined) {
      next()
      return
    }
    res.statusCode = 204
    end(res, undefined)
  }
