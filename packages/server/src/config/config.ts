import type { AudienceClaim } from '@trpc-hybrid/access-token/engine'
import type { RateLimitSettings } from '../limits/rate-limit.ts'
import type { SettingsShape } from '../define-api.ts'
import type { TracingSettings } from '../tracing/tracing.ts'
import { ConfigError } from './config-error.ts'
import { issuerSetting, type IssuerSetting } from './issuer.ts'
import { findMisspelt } from './misspelt.ts'
import { missingOrContradictory } from './rules.ts'
import { ownSettings } from './own-settings.ts'
import { schema, type LogLevel, type Settings } from './schema.ts'
import { tracingSetting, warnOfUnsupported } from './tracing.ts'
import { cleanValues, dropServiceLinks, warnOfReferences } from './values.ts'
import { doubtsAbout } from './warnings.ts'

export interface Config {
  readonly production: boolean
  readonly port: number
  /** `undefined`: all interfaces. */
  readonly host: string | undefined
  /**
   * This server's address as its clients see it, without a slash at the end; `undefined`: taken from each
   * request.
   */
  readonly publicUrl: string | undefined
  /** Browser origins that may call the API. */
  readonly clientOrigins: readonly string[]
  /** Headers that their requests may carry besides the usual ones. */
  readonly corsRequestHeaders: readonly string[]
  /** The value of `Strict-Transport-Security`; `undefined`: it is not sent. */
  readonly hsts: string | undefined
  /** `undefined`: none is set, and outside production the local issuer takes its place. */
  readonly issuer: IssuerSetting | undefined
  /** The API's identifiers at the issuer: a token must be for one of them. */
  readonly audiences: readonly [string, ...string[]]
  /** The claim that says whom a token is for. */
  readonly audienceClaim: AudienceClaim
  readonly signingAlgs: readonly string[]
  readonly permissionsClaim: string
  readonly logLevel: LogLevel
  /** Express' `trust proxy`: how many proxies, or which addresses, may say who the client is. */
  readonly trustProxy: number | string
  /** How long an idle connection is kept. */
  readonly keepAliveSeconds: number
  /** How long a procedure may take until it is told to give up, and its caller is answered 503. */
  readonly procedureTimeoutSeconds: number
  /** Subscriptions and streamed batches that one client may have open; 0: any number. */
  readonly maxStreamsPerClient: number
  /**
   * The Redis that replicas share; several URLs are nodes of a Redis Cluster. `undefined`: what would be
   * shared is kept in memory.
   */
  readonly redisUrls: readonly [string, ...string[]] | undefined
  /** `undefined`: requests are not limited. */
  readonly rateLimit: RateLimitSettings | undefined
  /** Where Prometheus reads metrics; `undefined`: there are none. */
  readonly metricsPort: number | undefined
  /** Where that port is; `undefined`: on all interfaces. */
  readonly metricsHost: string | undefined
  /** `undefined`: requests are not traced. */
  readonly tracing: TracingSettings | undefined
  readonly localIssuerPort: number
  /** Whether there is a docs page, at `/docs`. */
  readonly docs: boolean
  /** The client that the docs page signs in as; `undefined`: a token can only be pasted there. */
  readonly docsClientId: string | undefined
  /** What the docs page asks for at sign-in. */
  readonly docsScopes: readonly string[]
  /** The settings of the app's own, by their names. */
  readonly own: Readonly<Record<string, unknown>>
  /** What whoever starts the server should know. Each names its variable. */
  readonly warnings: readonly string[]
}

/**
 * Checks every setting, those of the app's own too. Blanks around a value are removed, and a blank value counts as absent.
 *
 * @throws {ConfigError} with every problem at once; it names variables and never shows a value
 */
export function loadConfig(
  environment: Readonly<Record<string, string | undefined>>,
  ownShape: SettingsShape = {},
): Config {
  const names = [...Object.keys(schema.shape), ...Object.keys(ownShape)]
  const { values: env, warnings } = dropServiceLinks(cleanValues(environment), names)
  const parsed = schema.safeParse(env)
  const own = ownSettings(ownShape, env)
  const problems = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`),
    ...missingOrContradictory(env),
    ...own.problems,
  ]
  const hints = [...warnOfReferences(env, names), ...findMisspelt(env, names)]
  if (!parsed.success || problems.length > 0) throw new ConfigError([...problems, ...hints])
  const settings = parsed.data
  const { tracing, warnings: tracingWarnings } = tracingSetting(settings)
  return {
    production: settings.NODE_ENV === 'production',
    port: settings.PORT,
    host: settings.HOST,
    publicUrl: settings.PUBLIC_URL,
    clientOrigins: settings.CLIENT_ORIGIN_URL,
    corsRequestHeaders: settings.CORS_REQUEST_HEADERS,
    hsts: settings.HSTS === 'off' ? undefined : settings.HSTS,
    issuer: issuerSetting(settings),
    audiences: settings.AUTH0_AUDIENCE,
    audienceClaim: settings.AUDIENCE_CLAIM,
    signingAlgs: settings.TOKEN_SIGNING_ALGS,
    permissionsClaim: settings.PERMISSIONS_CLAIM,
    logLevel: settings.LOG_LEVEL,
    trustProxy: settings.TRUST_PROXY,
    keepAliveSeconds: settings.KEEP_ALIVE_SECONDS,
    procedureTimeoutSeconds: settings.PROCEDURE_TIMEOUT_SECONDS,
    maxStreamsPerClient: settings.MAX_STREAMS_PER_CLIENT,
    redisUrls: settings.REDIS_URL,
    rateLimit: rateLimitSetting(settings),
    metricsPort: settings.METRICS_PORT,
    metricsHost: settings.METRICS_HOST ?? settings.HOST,
    tracing,
    localIssuerPort: settings.LOCAL_ISSUER_PORT,
    docs: settings.DOCS === 'on',
    docsClientId: settings.DOCS_CLIENT_ID,
    docsScopes: settings.DOCS_SCOPES,
    own: own.values,
    warnings: [
      ...warnings,
      ...hints,
      ...tracingWarnings,
      ...warnOfUnsupported(env),
      ...doubtsAbout(settings),
    ],
  }
}

function rateLimitSetting(settings: Settings): RateLimitSettings | undefined {
  if (settings.RATE_LIMIT_MAX === 0) return undefined
  return {
    windowSeconds: settings.RATE_LIMIT_WINDOW_SECONDS,
    max: settings.RATE_LIMIT_MAX,
    failedAuthenticationMax: settings.RATE_LIMIT_FAILED_AUTH_MAX,
  }
}
