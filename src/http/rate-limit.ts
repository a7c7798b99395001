import { TRPCError } from '@trpc/server'
import type { Request, RequestHandler } from 'express'
import { ipKeyGenerator, rateLimit, type Store } from 'express-rate-limit'
import { AuthError, type AuthErrorCode } from '../auth/errors.ts'
import type { CreateContext } from './context.ts'

export type RateLimitName = 'client' | 'failed-authentication'

export interface RateLimitSettings {
  readonly windowSeconds: number
  /** Requests of one client in a window. A client is the subject of a valid token, else an address. */
  readonly max: number
  /** Failed authentications of one address in a window. 0: none of its own, they count as requests. */
  readonly failedAuthenticationMax: number
}

export interface RateLimitOptions {
  readonly settings: RateLimitSettings
  readonly createContext: CreateContext
  /** Where a limit keeps its counts; `undefined`: in memory. */
  readonly createStore: (name: RateLimitName) => Store | undefined
  /** Called for each request that is refused. */
  readonly onLimited: (name: RateLimitName) => void
}

/** Refusals of what a client sent. A request without credentials, or without keys to check them, is none. */
const FAILURES: readonly AuthErrorCode[] = [
  'invalid_request',
  'invalid_token',
  'invalid_dpop_proof',
]

/**
 * Limits the requests of each client, and harder those with credentials that are not good. It says so
 * in `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-08), and hands 429 to
 * the error handler. Whether a request needs a token is not decided here. A batch counts once.
 */
export function createRateLimit(options: RateLimitOptions): RequestHandler {
  const { max, failedAuthenticationMax } = options.settings
  const byClient = createLimiter(options, { name: 'client', limit: max })
  const byFailure =
    failedAuthenticationMax === 0
      ? byClient
      : createLimiter(options, { name: 'failed-authentication', limit: failedAuthenticationMax })
  const limiterFor = (error: unknown) => (isFailure(error) ? byFailure : byClient)

  return function limitRate(req, res, next) {
    try {
      const token = options.createContext(req).authenticate()
      if (!(token instanceof Promise)) {
        byClient(req, res, next)
        return
      }
      token.then(
        () => byClient(req, res, next),
        (error: unknown) => limiterFor(error)(req, res, next),
      )
    } catch (error) {
      limiterFor(error)(req, res, next)
    }
  }
}

function isFailure(error: unknown): boolean {
  return error instanceof AuthError && FAILURES.includes(error.code)
}

function createLimiter(
  { settings, createStore, onLimited }: RateLimitOptions,
  { name, limit }: { name: RateLimitName; limit: number },
): RequestHandler {
  const store = createStore(name)
  return rateLimit({
    windowMs: settings.windowSeconds * 1000,
    limit,
    identifier: name,
    keyGenerator: clientOf,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_req, _res, next) => {
      onLimited(name)
      next(new TRPCError({ code: 'TOO_MANY_REQUESTS' }))
    },
    validate: false, // its checks are for common mistakes in these options, on every request
    ...(store && { store }),
  })
}

/** An IPv6 client is its /56: it has that many addresses to choose from. */
function clientOf({ subject, ip = '' }: Request): string {
  return subject === undefined ? `address:${ipKeyGenerator(ip)}` : `subject:${subject}`
}
