import type { AccessToken } from './access-token.ts'
import {
  createAuthenticator as createRequestAuthenticator,
  type AuthRequest,
} from './authenticate.ts'
import { createBackground } from './background.ts'
import { SYSTEM_CLOCKS } from './clocks.ts'
import { AuthError, refusalIn } from './errors.ts'
import { createKeySource } from './keys.ts'
import { checkOptions, type AuthenticatorOptions } from './options.ts'
import { createReplayMemory } from './replay-memory.ts'
import { schemeOf } from './scheme.ts'

/** A header's value or, where a request has it more than once, its values. */
export type HeaderValue = string | readonly string[] | undefined

/** What authentication needs to know about a request. */
export interface Credentials {
  /** `Authorization`. Node's `headers` keep the first of several, `headersDistinct` all: two are refused. */
  readonly authorization: HeaderValue
  /** `DPoP`. Without it, tokens that are bound to a key are refused; so they are without the next two. */
  readonly dpop?: HeaderValue
  readonly method?: string | undefined
  /**
   * The absolute URL of the request as its sender sees it. Where TLS ends at a proxy, it must say `https` all the
   * same: `http` is accepted on loopback alone.
   */
  readonly url?: string | undefined
}

export interface Authenticator {
  /**
   * Finds out for whom a request speaks.
   *
   * @throws {AuthError} when it carries no token or one that is not valid, or when that can't be known now
   */
  readonly authenticate: (credentials: Credentials) => Promise<AccessToken>
  /** Fetches the issuer's keys now, and renews them in time, also while there are no requests. */
  readonly start: () => void
  /** Ends what `start` began. */
  readonly close: () => void
}

/**
 * Verifies access tokens, Bearer (RFC 6750) and DPoP (RFC 9449), as RFC 9068 §4 and RFC 8725 say. It remembers
 * those that it has verified: keep one for the life of the process. Keys are fetched when the first token comes.
 *
 * @throws {TypeError} for an option that can't be used
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { issuer, audiences, audienceClaim, signingAlgs, permissionsClaim } = checkOptions(options)
  const { monotonicNow } = SYSTEM_CLOCKS
  const { now = SYSTEM_CLOCKS.now, fetch = globalThis.fetch } = options
  const inBackground = createBackground()
  const keys = createKeySource({ issuer, monotonicNow, fetch, inBackground, onFetch: ignore })
  const { recall, verify } = createRequestAuthenticator({
    keys,
    now,
    audiences,
    audienceClaim,
    signingAlgs,
    permissionsClaim,
    production: true,
    replayMemory: createReplayMemory({ now, monotonicNow }),
    onOutcome: ignore,
  })

  async function authenticate(request: AuthRequest): Promise<AccessToken> {
    const known = recall(request)
    if (known) return known
    const { accessToken, useProof } = await verify(request)
    await useProof?.()
    return accessToken
  }

  return {
    async authenticate(credentials) {
      const authorization = valuesOf(credentials.authorization)
      try {
        return await authenticate(toRequest(authorization, credentials))
      } catch (error) {
        throw error instanceof AuthError ? refusalIn(schemeOf(authorization[0]), error) : error
      }
    },
    start: () => {
      keys.start()
    },
    close: () => {
      keys.stop()
    },
  }
}

function toRequest(
  authorization: readonly string[],
  { dpop, method = '', url = '' }: Credentials,
): AuthRequest {
  const rawHeaders = [
    ...authorization.flatMap((value) => ['authorization', value]),
    ...valuesOf(dpop).flatMap((value) => ['dpop', value]),
  ]
  return { rawHeaders, method, targetUri: () => url }
}

const valuesOf = (value: HeaderValue): readonly string[] =>
  typeof value === 'string' ? [value] : (value ?? [])

const ignore = () => undefined
