import type { JWK, JWTVerifyGetKey } from 'jose'
import { createLocalJWKSet } from 'jose/jwks/local'
import { keysUnavailable } from './errors.ts'
import type { InBackground } from './background.ts'
import type { Fetch } from './fetch-json.ts'
import { discover, type IssuerMetadata } from './issuer-metadata.ts'
import { fetchSigningKeys } from './jwks.ts'

const MINUTE_MS = 60_000
/** Keys older than this are renewed in the background, well before they are too old. */
const REFRESH_AFTER_MS = 8 * MINUTE_MS
const MAX_AGE_MS = 10 * MINUTE_MS
/** How long the last good keys are used while the issuer is down. */
const MAX_STALE_MS = 24 * 60 * MINUTE_MS
const UNKNOWN_KEY_COOLDOWN_MS = 30_000
const RETRY_WITH_KEYS_MS = 30_000
const RETRY_WITHOUT_KEYS_MS = 1_000
const CHECK_INTERVAL_MS = 1_000
const RETRY_AFTER_SECONDS = 5

/** An issuer's keys at one time: the same object for as long as the issuer publishes the same keys. */
export interface KeySet {
  readonly issuer: string
  /** The ids of the keys. A token that names another one is refused before anything else is done for it. */
  readonly kids: ReadonlySet<unknown>
  readonly getKey: JWTVerifyGetKey
}

export interface KeySource {
  /** Starts fetching the keys and keeps them fresh from then on. It does not wait for them. */
  start(): void
  stop(): void
  /** The keys, if they are available without waiting. Cheap: every request asks. */
  current(): KeySet | undefined
  /** @throws {AuthError} `keys_unavailable` when they can't be fetched and none are known */
  get(): Promise<KeySet>
  /** Asks the issuer again, within limits, for a token whose key is not in `keySet`. */
  renew(keySet: KeySet): Promise<KeySet>
  /** The issuer's identifier (`iss`); `undefined` until discovery has found it. */
  issuer(): string | undefined
  /** What is known about the issuer; `undefined` until discovery has found it. */
  metadata(): IssuerMetadata | undefined
  /** How long ago the issuer confirmed the keys, in seconds; `undefined` without keys. */
  ageSeconds(): number | undefined
}

/** The outcome of one fetch, for the log and for metrics. */
export interface KeyFetch {
  readonly durationMs: number
  /** Whether the issuer publishes different keys than before. */
  readonly changed: boolean
  /** Absent when the fetch succeeded. */
  readonly error?: unknown
}

export interface KeySourceOptions {
  /** Where the keys are, or the base URL of an issuer whose discovery document says so. */
  readonly issuer: IssuerMetadata | { readonly discover: string }
  /** Milliseconds, by a clock that is never set back. */
  readonly monotonicNow: () => number
  readonly fetch: Fetch
  /**
   * Runs a fetch independently of the request that started it: others wait for it too, and it may outlive that
   * request.
   */
  readonly inBackground: InBackground
  readonly onFetch: (outcome: KeyFetch) => void
}

/**
 * Keeps an issuer's keys: one fetch at a time, renewed in the background, kept through an outage. Keys that
 * the issuer has withdrawn are dropped at the next fetch.
 */
export function createKeySource(options: KeySourceOptions): KeySource {
  const { monotonicNow: now, inBackground } = options
  let metadata = 'issuer' in options.issuer ? options.issuer : undefined
  let keySet: KeySet | undefined
  let published = ''
  let confirmedAt = -Infinity
  let failed = false
  let retryAt = -Infinity
  let unknownKeyAt = -Infinity
  let inFlight: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  async function refresh(): Promise<void> {
    const startedAt = now()
    let changed = false
    try {
      const found = await issuerOf(options)
      const { issuer, jwksUri } = found
      const keys = await fetchSigningKeys(jwksUri, options.fetch)
      const text = JSON.stringify({ issuer, keys })
      changed = text !== published
      if (changed) keySet = createKeySet(issuer, keys)
      published = text
      metadata = found
      confirmedAt = now()
      failed = false
      options.onFetch({ durationMs: now() - startedAt, changed })
    } catch (error) {
      failed = true
      retryAt = now() + (keySet ? RETRY_WITH_KEYS_MS : RETRY_WITHOUT_KEYS_MS)
      options.onFetch({ durationMs: now() - startedAt, changed, error })
    }
  }

  function refreshOnce(): Promise<void> {
    return (inFlight ??= inBackground('fetch keys', refresh).finally(() => {
      inFlight = undefined
    }))
  }

  function forget(): void {
    keySet = undefined
    published = ''
  }

  function age(): number {
    const elapsed = now() - confirmedAt
    if (elapsed > MAX_STALE_MS) forget()
    if (elapsed > REFRESH_AFTER_MS && (!failed || now() >= retryAt)) void refreshOnce()
    return elapsed
  }

  /** Keys past their age are used without waiting only after the issuer has failed. */
  function current(): KeySet | undefined {
    const fresh = age() <= MAX_AGE_MS
    return fresh || failed ? keySet : undefined
  }

  return {
    start() {
      void refreshOnce()
      timer = setInterval(age, CHECK_INTERVAL_MS).unref()
    },
    stop() {
      clearInterval(timer)
    },
    current,
    async get() {
      if (!current() && inFlight) await inFlight
      if (!keySet) throw keysUnavailable(RETRY_AFTER_SECONDS)
      return keySet
    },
    async renew(unmatched) {
      await inFlight
      if (keySet === unmatched && now() >= unknownKeyAt) {
        unknownKeyAt = now() + UNKNOWN_KEY_COOLDOWN_MS
        void refreshOnce()
      }
      await inFlight
      return keySet ?? unmatched
    },
    issuer: () => ('issuer' in options.issuer ? options.issuer.issuer : keySet?.issuer),
    metadata: () => metadata,
    ageSeconds: () => (keySet ? (now() - confirmedAt) / 1000 : undefined),
  }
}

function createKeySet(issuer: string, keys: JWK[]): KeySet {
  const kids = new Set(keys.map(({ kid }) => kid))
  return { issuer, kids, getKey: createLocalJWKSet({ keys }) }
}

async function issuerOf({ issuer, fetch }: KeySourceOptions): Promise<IssuerMetadata> {
  return 'discover' in issuer ? discover(issuer.discover, fetch) : issuer
}
