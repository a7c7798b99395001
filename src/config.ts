import { isIP } from 'node:net'
import { z } from 'zod'
import { auth0Metadata, type IssuerMetadata } from './auth/jwks.ts'
import type { RateLimitSettings } from './http/rate-limit.ts'
import type { TracingSettings } from './observability/tracing.ts'

/** Where tokens come from: an Auth0 tenant, whose addresses are known, or any issuer's discovery. */
export type IssuerSetting = IssuerMetadata | { readonly discover: string }

export interface Config {
  readonly production: boolean
  readonly port: number
  /** `undefined`: all interfaces. */
  readonly host: string | undefined
  /** This server's address as its clients see it; `undefined`: taken from each request. */
  readonly publicUrl: string | undefined
  /** Browser origins that may call the API. */
  readonly clientOrigins: readonly string[]
  /** `undefined`: none is set, and outside production the local issuer takes its place. */
  readonly issuer: IssuerSetting | undefined
  readonly audience: string
  readonly signingAlgs: readonly string[]
  readonly permissionsClaim: string
  readonly logLevel: LogLevel
  /** Express' `trust proxy`: how many proxies, or which addresses, may say who the client is. */
  readonly trustProxy: number | string
  /** The Redis that replicas share; `undefined`: what would be shared is kept in memory. */
  readonly redisUrl: string | undefined
  /** `undefined`: requests are not limited. */
  readonly rateLimit: RateLimitSettings | undefined
  /** Where Prometheus reads metrics; `undefined`: there are none. */
  readonly metricsPort: number | undefined
  /** `undefined`: requests are not traced. */
  readonly tracing: TracingSettings | undefined
  readonly localIssuerPort: number
  /** The client that the docs page signs in as; `undefined`: a token can only be pasted there. */
  readonly docsClientId: string | undefined
}

/** Settings that can't be used. Each problem names its variable and what would be right. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`Invalid settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

const DEVELOPMENT_ORIGIN = 'http://localhost:4040'
const DEVELOPMENT_AUDIENCE = 'https://hello-world.example.com'
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

const ASYMMETRIC_ALGS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

/** One variable: `parse` gives `undefined` for a text that can't be used, `expected` says what can. */
const setting = <T>(expected: string, parse: (text: string) => T | undefined) =>
  z.string().transform((text, context) => {
    const value = parse(text)
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message: `must be ${expected}` })
    return z.NEVER
  })

const oneOf = <const T extends string>(...values: T[]) =>
  setting(`one of ${values.join(', ')}`, (text) => values.find((value) => value === text))

const WHOLE_NUMBER_MAX = 999_999_999
const DAY_SECONDS = 86_400

const list = (text: string) => text.split(',').map((item) => item.trim())

const wholeNumber = (max: number) => (text: string) =>
  /^\d{1,9}$/.test(text) && Number(text) <= max ? Number(text) : undefined

const tracingProtocol = oneOf('http/protobuf', 'http/json')

const requests = setting(
  `a number of requests from 0 (no limit) to ${WHOLE_NUMBER_MAX}`,
  wholeNumber(WHOLE_NUMBER_MAX),
)

const port = setting('a port: a whole number from 0 (any free one) to 65535', wholeNumber(65_535))

const schema = z.object({
  NODE_ENV: oneOf('production', 'development', 'test').optional(),
  PORT: port.default(6060),
  HOST: setting('a host name or address without a port', parseHost).optional(),
  PUBLIC_URL: setting('an http(s) origin such as https://api.example.com', parseOrigin).optional(),
  CLIENT_ORIGIN_URL: setting(
    'one or more http(s) origins without a path, separated by commas, such as https://app.example.com',
    parseOrigins,
  ).default([DEVELOPMENT_ORIGIN]),
  AUTH0_DOMAIN: setting(
    'a host name without https:// and without a path, such as tenant.eu.auth0.com',
    parseDomain,
  ).optional(),
  ISSUER_BASE_URL: setting(
    'the https URL of an OpenID Connect issuer, without query and fragment (http only on loopback)',
    parseIssuerUrl,
  ).optional(),
  AUTH0_AUDIENCE: z.string().default(DEVELOPMENT_AUDIENCE),
  TOKEN_SIGNING_ALGS: setting(
    `one or more of ${ASYMMETRIC_ALGS.join(', ')}, separated by commas`,
    parseAlgs,
  ).default(['RS256']),
  PERMISSIONS_CLAIM: setting(
    'the name of a claim, or a path of names with dots between, such as realm_access.roles',
    (text) => (text.split('.').every((name) => name !== '') ? text : undefined),
  ).default('permissions'),
  LOG_LEVEL: oneOf(...LOG_LEVELS).default('info'),
  TRUST_PROXY: setting(
    'the number of proxies in front (0 for none), or their addresses or networks, separated by commas',
    parseTrustProxy,
  ).default(0),
  REDIS_URL: setting(
    'the URL of a Redis server, such as redis://localhost:6379 or rediss://user:password@host:6380/0',
    parseRedisUrl,
  ).optional(),
  RATE_LIMIT_MAX: requests.default(6_000),
  RATE_LIMIT_FAILED_AUTH_MAX: requests.default(3_000),
  RATE_LIMIT_WINDOW_SECONDS: setting('a number of seconds from 1 to 86400', (text) => {
    const seconds = wholeNumber(DAY_SECONDS)(text)
    return seconds === 0 ? undefined : seconds
  }).default(60),
  METRICS_PORT: port.optional(),
  OTEL_SDK_DISABLED: z.string().optional(),
  OTEL_TRACES_EXPORTER: oneOf('otlp', 'none').optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: tracingProtocol.optional(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: tracingProtocol.optional(),
  LOCAL_ISSUER_PORT: port.default(6061),
  DOCS_CLIENT_ID: z.string().optional(),
})

/**
 * Reads and checks every setting. A blank value counts as absent.
 *
 * @throws {ConfigError} with every problem at once; it names variables and never shows a value
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const env = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''),
  )
  const parsed = schema.safeParse(env)
  const problems = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`),
    ...missingOrContradictory(env),
  ]
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems)
  const settings = parsed.data
  return {
    production: settings.NODE_ENV === 'production',
    port: settings.PORT,
    host: settings.HOST,
    publicUrl: settings.PUBLIC_URL,
    clientOrigins: settings.CLIENT_ORIGIN_URL,
    issuer: issuerSetting(settings),
    audience: settings.AUTH0_AUDIENCE,
    signingAlgs: settings.TOKEN_SIGNING_ALGS,
    permissionsClaim: settings.PERMISSIONS_CLAIM,
    logLevel: settings.LOG_LEVEL,
    trustProxy: settings.TRUST_PROXY,
    redisUrl: settings.REDIS_URL,
    rateLimit: rateLimitSetting(settings),
    metricsPort: settings.METRICS_PORT,
    tracing: tracingSetting(settings),
    localIssuerPort: settings.LOCAL_ISSUER_PORT,
    docsClientId: settings.DOCS_CLIENT_ID,
  }
}

/** Rules between variables, checked apart from the schema so that they are reported beside its problems. */
function missingOrContradictory(env: Readonly<Record<string, string | undefined>>): string[] {
  const problems: string[] = []
  if (env['AUTH0_DOMAIN'] && env['ISSUER_BASE_URL']) {
    problems.push('AUTH0_DOMAIN, ISSUER_BASE_URL: only one of them can be set')
  }
  if (env['NODE_ENV'] !== 'production') return problems
  if (!env['AUTH0_DOMAIN'] && !env['ISSUER_BASE_URL']) {
    problems.push(
      'AUTH0_DOMAIN: is required in production, a host name such as tenant.eu.auth0.com (or ISSUER_BASE_URL)',
    )
  }
  if (!env['AUTH0_AUDIENCE']) {
    problems.push(
      "AUTH0_AUDIENCE: is required in production, the API's identifier at the issuer, such as https://api.example.com",
    )
  }
  if (!env['CLIENT_ORIGIN_URL']) {
    problems.push(
      'CLIENT_ORIGIN_URL: is required in production, the origins that may call, such as https://app.example.com',
    )
  }
  return problems
}

function issuerSetting(settings: z.output<typeof schema>): IssuerSetting | undefined {
  if (settings.ISSUER_BASE_URL) return { discover: settings.ISSUER_BASE_URL }
  if (!settings.AUTH0_DOMAIN) return undefined
  return auth0Metadata(`https://${settings.AUTH0_DOMAIN}/`)
}

function rateLimitSetting(settings: z.output<typeof schema>): RateLimitSettings | undefined {
  if (settings.RATE_LIMIT_MAX === 0) return undefined
  return {
    windowSeconds: settings.RATE_LIMIT_WINDOW_SECONDS,
    max: settings.RATE_LIMIT_MAX,
    failedAuthenticationMax: settings.RATE_LIMIT_FAILED_AUTH_MAX,
  }
}

/** Off unless the standard variables of OpenTelemetry say where spans go. */
function tracingSetting(settings: z.output<typeof schema>): TracingSettings | undefined {
  if (settings.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return undefined
  const endpoint =
    settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? settings.OTEL_EXPORTER_OTLP_ENDPOINT
  const exporter = settings.OTEL_TRACES_EXPORTER ?? (endpoint === undefined ? 'none' : 'otlp')
  if (exporter === 'none') return undefined
  const protocol =
    settings.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? settings.OTEL_EXPORTER_OTLP_PROTOCOL
  return { protocol: protocol ?? 'http/protobuf' }
}

function parseUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const web = url?.protocol === 'http:' || url?.protocol === 'https:'
  return web && url.username === '' && url.password === '' ? url : undefined
}

function parseOrigin(text: string): string | undefined {
  const url = parseUrl(text)
  return url && url.href === `${url.origin}/` ? url.origin : undefined
}

function parseOrigins(text: string): string[] | undefined {
  const origins = list(text).map(parseOrigin)
  return origins.every((origin) => origin !== undefined) ? origins : undefined
}

function parseRedisUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'redis:' && url?.protocol !== 'rediss:') return undefined
  return url.hostname !== '' && /^(?:\/\d*)?$/.test(url.pathname) ? text : undefined
}

function parseHost(text: string): string | undefined {
  return /^[\w.:%-]+$/.test(text) && !/^[^:]+:\d+$/.test(text) ? text : undefined
}

function parseDomain(text: string): string | undefined {
  const url = parseUrl(`https://${text}`)
  return url?.href === `https://${url?.host ?? ''}/` && !/[/?#]/.test(text) ? url.host : undefined
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

function parseIssuerUrl(text: string): string | undefined {
  const url = parseUrl(text)
  if (!url || /[?#]/.test(text)) return undefined
  return url.protocol === 'https:' || LOOPBACK.has(url.hostname) ? text : undefined
}

function parseAlgs(text: string): string[] | undefined {
  const algs = list(text)
  return algs.every((alg) => ASYMMETRIC_ALGS.includes(alg)) ? algs : undefined
}

/** `true` is not offered: with it, any client could say which address it comes from. */
function parseTrustProxy(text: string): number | string | undefined {
  const hops = wholeNumber(100)(text)
  if (hops !== undefined) return hops
  return list(text).every(isProxyAddress) ? text : undefined
}

function isProxyAddress(item: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(item)) return true
  const [address = '', prefix, ...rest] = item.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return prefix === undefined || wholeNumber(family === 4 ? 32 : 128)(prefix) !== undefined
}
