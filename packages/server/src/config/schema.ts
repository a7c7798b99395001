import { z } from 'zod'
import {
  parsePublicUrl,
  parseRedisUrls,
  parseHost,
  parseDomain,
  parseScopes,
  parseTexts,
  parseWebAddress,
  parseAlgs,
  parseHsts,
  parseTrustProxy,
  wholeNumber,
} from './parsers.ts'
import { ASYMMETRIC_ALGS, AUDIENCE_CLAIMS, AUTH0_CLAIM } from '@trpc-hybrid/access-token/engine'
import { parseHeaderNames, parseOrigins } from './origins.ts'
import { isQuoted } from './values.ts'

const DEVELOPMENT_ORIGIN = 'http://localhost:4040'
const DEVELOPMENT_AUDIENCE = 'https://hello-world.example.com'
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** One variable: `parse` gives `undefined` for a text that can't be used, and `expected` says what can be. */
const setting = <T>(expected: string, parse: (text: string) => T | undefined) =>
  z.string().transform((text, context) => {
    const value = isQuoted(text) ? undefined : parse(text)
    if (value !== undefined) return value
    const expectation = isQuoted(text) ? 'without the quotes around it' : expected
    context.addIssue({ code: 'custom', message: `must be ${expectation}` })
    return z.NEVER
  })

const oneOf = <const T extends string>(...values: T[]) =>
  setting(`one of ${values.join(', ')}`, (text) => values.find((value) => value === text))

const WHOLE_NUMBER_MAX = 999_999_999
const DAY_SECONDS = 86_400

const anyText = setting('a text', (text) => text)

/** Platforms set these for every program, so none of them stops the start: `tracing.ts` judges them. */
const forOpenTelemetry = z.string().optional()

const requests = setting(
  `a number of requests from 0 (no limit) to ${WHOLE_NUMBER_MAX}`,
  wholeNumber(WHOLE_NUMBER_MAX),
)

const port = setting('a port: a whole number from 0 (any free one) to 65535', wholeNumber(65_535))

/** Every variable, by its name in the environment. */
export const schema = z.object({
  NODE_ENV: oneOf('production', 'development', 'test').optional().meta({
    description: '`production` wherever others can reach the server; or `development`, `test`',
    absent: 'none: development',
  }),
  PORT: port.default(6060).describe('where the server listens; `0` takes any free port'),
  HOST: setting('a host name or address without a port', parseHost)
    .optional()
    .meta({ description: 'the address or host name to listen on', absent: 'all interfaces' }),
  PUBLIC_URL: setting(
    'an http(s) URL without query and fragment, such as https://api.example.com or https://example.com/messages',
    parsePublicUrl,
  )
    .optional()
    .meta({
      description: "this server's address as its clients see it, a proxy's path included",
      absent: 'from each request',
    }),
  CLIENT_ORIGIN_URL: setting(
    'one or more exact origins without a path, separated by commas, such as https://app.example.com (no *: whoever gets a host under it could call)',
    parseOrigins,
  )
    .default([DEVELOPMENT_ORIGIN])
    .describe(
      'origins that may call, separated by commas; required in production; in development every origin on this machine may call too',
    ),
  CORS_REQUEST_HEADERS: setting(
    'names of request headers, separated by commas, such as X-Tenant, X-App-Version',
    parseHeaderNames,
  )
    .default([])
    .describe('request headers that browsers may send besides the usual, separated by commas'),
  HSTS: setting(
    'off, or a value of Strict-Transport-Security, such as max-age=31536000 or max-age=31536000; includeSubDomains',
    parseHsts,
  )
    .default('max-age=31536000; includeSubDomains')
    .describe('the value of `Strict-Transport-Security`; `off`: it is not sent'),
  AUTH0_DOMAIN: setting(
    'a host name without https:// and without a path, such as tenant.eu.auth0.com',
    parseDomain,
  )
    .optional()
    .describe('your Auth0 tenant; required in production, or `ISSUER_BASE_URL`'),
  ISSUER_BASE_URL: anyText
    .optional()
    .describe('any OpenID Connect or RFC 8414 issuer, instead of `AUTH0_DOMAIN`'), // judged with JWKS_URI, in issuer.ts
  JWKS_URI: setting(
    "the URL of the issuer's JSON Web Key Set, such as https://id.example.com/jwks.json",
    parseWebAddress,
  )
    .optional()
    .meta({
      description: 'where the keys are; `ISSUER_BASE_URL` is then the exact text of `iss`',
      absent: 'none: discovery',
    }),
  AUTH0_AUDIENCE: setting('one or more identifiers, separated by commas', parseTexts)
    .default([DEVELOPMENT_AUDIENCE])
    .describe("the API's identifiers at the issuer, separated by commas; required in production"),
  AUDIENCE_CLAIM: oneOf(...AUDIENCE_CLAIMS)
    .default('aud')
    .describe(
      'the claim that must match `AUTH0_AUDIENCE`: `aud`, `client_id` or `azp`. The local issuer always uses `aud`',
    ),
  TOKEN_SIGNING_ALGS: setting(
    `one or more of ${ASYMMETRIC_ALGS.join(', ')}, separated by commas`,
    parseAlgs,
  )
    .default(['RS256'])
    .describe(
      'which asymmetric algorithms may sign a token. The local issuer always signs with RS256',
    ),
  PERMISSIONS_CLAIM: setting(
    'the name of a claim, or a path of names with dots between, such as realm_access.roles',
    (text) => (text.split('.').every((name) => name !== '') ? text : undefined),
  )
    .default(AUTH0_CLAIM)
    .describe(
      'the claim that lists the permissions; a dot path, or `scope`. The local issuer always uses `permissions`',
    ),
  LOG_LEVEL: oneOf(...LOG_LEVELS)
    .default('info')
    .describe('`fatal` to `trace`, or `silent`'),
  TRUST_PROXY: setting(
    'the number of proxies in front (0 for none), or their addresses or networks, separated by commas',
    parseTrustProxy,
  )
    .default(0)
    .describe('how many proxies stand in front, or their addresses'),
  KEEP_ALIVE_SECONDS: setting(
    'a number of seconds from 1 to 3600, more than the proxy in front keeps an idle connection',
    (text) => {
      const seconds = wholeNumber(3_600)(text)
      return seconds === 0 ? undefined : seconds
    },
  )
    .default(65)
    .describe('how long an idle connection is kept: longer than the proxy in front keeps it'),
  PROCEDURE_TIMEOUT_SECONDS: setting('a number of seconds from 1 to 3600', (text) => {
    const seconds = wholeNumber(3_600)(text)
    return seconds === 0 ? undefined : seconds
  })
    .default(25)
    .describe(
      'how long a procedure may take until its caller is answered 503: less than the proxy in front waits',
    ),
  MAX_STREAMS_PER_CLIENT: setting(
    'a number of streams from 0 (no limit) to 1000000',
    wholeNumber(1_000_000),
  )
    .default(100)
    .describe(
      'streams that one client may have open: subscriptions and streamed batches; `0`: any number',
    ),
  REDIS_URL: setting(
    'the URL of a Redis server, such as redis://localhost:6379 or rediss://user:password@host:6380/0; in a user name or password @ / ? # % must be written as %40 %2F %3F %23 %25. Several, separated by commas, are nodes of one Redis Cluster, with the same user and password and database 0',
    parseRedisUrls,
  )
    .optional()
    .meta({
      description:
        'a Redis in which replicas share rate limits and used DPoP proofs; nodes of a Redis Cluster, separated by commas',
      absent: 'none: in memory',
    }),
  RATE_LIMIT_MAX: requests
    .default(6_000)
    .describe('requests of one client in a window; `0` switches the limit off'),
  RATE_LIMIT_FAILED_AUTH_MAX: requests
    .default(3_000)
    .describe('requests with bad credentials of one address in a window'),
  RATE_LIMIT_WINDOW_SECONDS: setting('a number of seconds from 1 to 86400', (text) => {
    const seconds = wholeNumber(DAY_SECONDS)(text)
    return seconds === 0 ? undefined : seconds
  })
    .default(60)
    .describe('the window, in seconds'),
  METRICS_PORT: port.optional().meta({
    description: 'the port for Prometheus to read `/metrics` from',
    absent: 'none: no metrics',
  }),
  METRICS_HOST: setting('a host name or address without a port', parseHost).optional().meta({
    description: 'where that port is, such as an address of the network that Prometheus is in',
    absent: 'that of `HOST`',
  }),
  OTEL_SDK_DISABLED: forOpenTelemetry.meta({
    description: '`true`: never trace',
    absent: '`false`',
  }),
  OTEL_TRACES_EXPORTER: forOpenTelemetry.describe(
    '`otlp`: trace without an endpoint too, to `localhost:4318`; `none`: never',
  ),
  OTEL_TRACES_SAMPLER: forOpenTelemetry.meta({
    description: 'which requests are traced, such as `parentbased_traceidratio`',
    absent: '`parentbased_always_on`',
  }),
  OTEL_TRACES_SAMPLER_ARG: forOpenTelemetry.describe('the ratio, such as `0.1`'),
  OTEL_EXPORTER_OTLP_ENDPOINT: forOpenTelemetry.meta({
    description: 'where traces go; the other standard variables of OpenTelemetry work too',
    absent: 'none: no tracing',
  }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: forOpenTelemetry.describe(
    'the same for traces alone: the whole URL, path included',
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: forOpenTelemetry.meta({
    description: 'or `http/json`',
    absent: '`http/protobuf`',
  }),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: forOpenTelemetry.describe('the same for traces alone'),
  LOCAL_ISSUER_PORT: port
    .default(6061)
    .describe('the development issuer; it runs only while no issuer is set, never in production'),
  DOCS: oneOf('on', 'off').default('on').describe('`off`: no docs page at `/docs`'),
  DOCS_CLIENT_ID: anyText
    .optional()
    .describe('the application that `/docs` signs in as; without it a token can only be pasted'),
  DOCS_SCOPES: setting('one or more scopes with spaces between', parseScopes)
    .default(['openid'])
    .describe('what `/docs` asks for at sign-in, with spaces between'),
})

/** Every setting, checked and with its default. */
export type Settings = z.output<typeof schema>
