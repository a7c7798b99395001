import { createHash } from 'node:crypto'
import { TRPCError } from '@trpc/server'
import { LRUCache } from 'lru-cache'
import { type AccessToken, AuthError, type AuthErrorCode } from '@trpc-hybrid/access-token/engine'
import { isThenable } from 'trpc-hybrid/engine'
import { clientAddress } from '../http/client-address.ts'
import { clientNetwork } from './client-network.ts'
import type { CreateContext, RequestContext } from '../http/context.ts'
import type { Exchange, Next, Step } from '../http/exchange.ts'

export type RateLimitName = 'client' | 'failed-authentication'

/** One limit: how many requests a client may send in each window. */
export interface RateLimit {
  readonly name: RateLimitName
  readonly limit: number
  readonly windowMs: number
}

/** What a client has sent in its window, including the request that is being counted. */
export interface Count {
  readonly hits: number
  /** Until the window ends. */
  readonly msLeft: number
}

/** Where a limit keeps its counts. */
export interface RateLimitStore {
  /** Counts a request. */
  readonly increment: (client: string) => Count | Promise<Count>
}

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
  readonly createStore: (limit: RateLimit) => RateLimitStore
  /** Called for each request that is refused. */
  readonly onLimited: (name: RateLimitName) => void
}

export interface RateLimiter {
  readonly step: Step
  /**
   * Counts a failed authentication of a request that has been counted as one already. Rejects with 429 where its
   * sender had too many.
   */
  readonly countFailure: (exchange: Exchange) => Promise<void>
}

const MAX_POLICIES = 10_000

/**
 * Refusals that count as failed authentication. A request without credentials doesn't, nor one that can't be
 * checked for lack of keys.
 */
const FAILURES: readonly AuthErrorCode[] = [
  'invalid_request',
  'invalid_token',
  'invalid_dpop_proof',
]

/**
 * Limits the requests of each client, and those with bad credentials more strictly. It says so in `RateLimit`
 * and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-08), and hands 429 to the error handler. Whether
 * a request needs a token is not decided here. A batch counts once.
 *
 * A DPoP proof is marked as used after its request was counted, whether or not the request needs one. Otherwise
 * a client over its limit could fill the memory of proofs, or use a proof twice.
 */
export function createRateLimit(options: RateLimitOptions): RateLimiter {
  const { max, failedAuthenticationMax } = options.settings
  const byClient = createLimiter(options, { name: 'client', limit: max })
  const byFailure =
    failedAuthenticationMax === 0
      ? byClient
      : createLimiter(options, { name: 'failed-authentication', limit: failedAuthenticationMax })
  const limiterFor = (error: unknown) => (isFailure(error) ? byFailure : byClient)

  const countFailure: RateLimiter['countFailure'] = async (exchange) => {
    if (byFailure === byClient) return
    let refusal: Error | undefined
    await byFailure(exchange, (error) => {
      refusal = error as Error
    })
    if (refusal !== undefined) throw refusal
  }

  const step: Step = (exchange, next) => {
    if (exchange.req.headers.authorization === undefined) return byClient(exchange, next)
    const context = options.createContext(exchange)
    let known: AccessToken | undefined
    try {
      known = context.recall()
    } catch (error) {
      return limiterFor(error)(exchange, next)
    }
    if (known) return byClient(exchange, next)
    return context.identify().then(
      () => byClient(exchange, usingProof(context, next)),
      (error: unknown) => limiterFor(error)(exchange, next),
    )
  }
  return { step, countFailure }
}

/** Calls `next` either way: a proof that was used before is refused where one is needed. */
function usingProof({ authenticate }: RequestContext, next: Next): Next {
  return (refusal?: unknown) => {
    if (refusal !== undefined) {
      next(refusal)
      return
    }
    const goOn = () => {
      next()
    }
    void authenticate().then(goOn, goOn)
  }
}

function isFailure(error: unknown): boolean {
  return error instanceof AuthError && FAILURES.includes(error.code)
}

/**
 * One limit on one store. The middleware of express-rate-limit would do the same in 9 µs: it takes
 * the address of every request for its debug output, and hashes the client for each answer.
 */
function createLimiter(
  { settings, createStore, onLimited }: RateLimitOptions,
  { name, limit }: { name: RateLimitName; limit: number },
): Step {
  const store = createStore({ name, limit, windowMs: settings.windowSeconds * 1000 })
  const policyOf = createPolicy(`"${name}"; q=${limit}; w=${settings.windowSeconds}`)

  return (exchange, next) => {
    const { res } = exchange
    const client = clientOf(exchange)
    const settle = ({ hits, msLeft }: Count): void => {
      const seconds = Math.max(0, Math.ceil(Math.round(msLeft) / 1000))
      const remaining = Math.max(limit - hits, 0)
      const canTell = !res.headersSent // a streamed batch has sent its headers before its guards run
      if (canTell) {
        res.setHeader('ratelimit', `"${name}"; r=${remaining}; t=${seconds}`)
        res.setHeader('ratelimit-policy', policyOf(client))
      }
      if (hits <= limit) {
        next()
        return
      }
      if (canTell) res.setHeader('retry-after', seconds)
      onLimited(name)
      next(new TRPCError({ code: 'TOO_MANY_REQUESTS' }))
    }
    const counted = store.increment(client)
    if (isThenable(counted)) return counted.then(settle)
    settle(counted)
    return undefined
  }
}

/** The policy with its partition key, which tells a client's counts from those of others (§4.1). */
function createPolicy(policy: string): (client: string) => string {
  const known = new LRUCache<string, string>({ max: MAX_POLICIES })
  return (client) => {
    const before = known.get(client)
    if (before !== undefined) return before
    const value = `${policy}; pk=:${partitionKey(client)}:`
    known.set(client, value)
    return value
  }
}

function partitionKey(client: string): string {
  return createHash('sha256').update(client).digest().subarray(0, 12).toString('base64')
}

/** Whom a request counts for: the subject of its token where it has been verified, else its address. */
export function clientOf({ subject, req }: Exchange): string {
  return subject === undefined
    ? `address:${clientNetwork(clientAddress(req) ?? '')}`
    : `subject:${subject}`
}
