import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { loadConfig } from '../../src/config/config.ts'
import { ConfigError } from '../../src/config/config-error.ts'
import { schema } from '../../src/config/schema.ts'

const PRODUCTION = {
  NODE_ENV: 'production',
  CLIENT_ORIGIN_URL: 'https://app.example.com',
  AUTH0_DOMAIN: 'tenant.eu.auth0.com',
  AUTH0_AUDIENCE: 'https://api.example.com',
  PUBLIC_URL: 'https://api.example.com',
}

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('settings', () => {
  it('need nothing in development', () => {
    expect(loadConfig({})).toEqual({
      own: {},
      production: false,
      port: 6060,
      host: undefined,
      publicUrl: undefined,
      clientOrigins: ['http://localhost:4040'],
      corsRequestHeaders: [],
      hsts: 'max-age=31536000; includeSubDomains',
      issuer: undefined,
      audiences: ['https://hello-world.example.com'],
      audienceClaim: 'aud',
      signingAlgs: ['RS256'],
      permissionsClaim: 'permissions',
      logLevel: 'info',
      trustProxy: 0,
      keepAliveSeconds: 65,
      procedureTimeoutSeconds: 25,
      maxStreamsPerClient: 100,
      redisUrls: undefined,
      rateLimit: { windowSeconds: 60, max: 6_000, failedAuthenticationMax: 3_000 },
      metricsPort: undefined,
      metricsHost: undefined,
      tracing: undefined,
      localIssuerPort: 6061,
      docs: true,
      docsClientId: undefined,
      docsScopes: ['openid'],
      warnings: [],
    })
  })

  it('name every missing variable in production at once', () => {
    expect(problemsOf({ NODE_ENV: 'production' })).toEqual([
      expect.stringMatching(/^AUTH0_DOMAIN: is required in production, .*ISSUER_BASE_URL/),
      expect.stringMatching(/^AUTH0_AUDIENCE: is required in production, /),
      expect.stringMatching(/^CLIENT_ORIGIN_URL: is required in production, /),
    ])
  })

  it('derive issuer and key address from an Auth0 domain', () => {
    expect(loadConfig(PRODUCTION)).toMatchObject({
      production: true,
      issuer: {
        issuer: 'https://tenant.eu.auth0.com/',
        jwksUri: 'https://tenant.eu.auth0.com/.well-known/jwks.json',
      },
    })
    expect(loadConfig({ AUTH0_DOMAIN: 'localhost:8443' }).issuer).toMatchObject({
      issuer: 'https://localhost:8443/',
    })
  })

  it('take the discovery of any other issuer', () => {
    const url = 'https://id.example.com/realms/main'
    const env = { ...PRODUCTION, AUTH0_DOMAIN: '', ISSUER_BASE_URL: url }
    expect(loadConfig(env).issuer).toEqual({ discover: url })
  })

  it.each([
    'https://id.example.com/realms/main/.well-known/openid-configuration',
    'https://id.example.com/.well-known/oauth-authorization-server/realms/main',
    'https://id.example.com/realms/main/.well-known/jwks.json',
    'https://id.example.com/.well-known/openid-configuration/realms/main',
    'https://id.example.com/realms/main/.well-known/',
    'https://id.example.com/realms/main/.well-known',
    'https://id.example.com/realms/main/.well-known/openid-configuration/',
  ])('take the issuer out of an address that was pasted: %s', (url) => {
    expect(loadConfig({ ISSUER_BASE_URL: url }).issuer).toEqual({
      discover: 'https://id.example.com/realms/main',
    })
  })

  it('take keys without discovery, and the issuer then as it is written', () => {
    const JWKS_URI = 'https://id.example.com/keys?p=policy'
    for (const ISSUER_BASE_URL of ['http://adfs.example.com/adfs/services/trust', 'any text?#']) {
      const env = { ...PRODUCTION, AUTH0_DOMAIN: '', ISSUER_BASE_URL, JWKS_URI }
      expect(loadConfig(env).issuer).toEqual({ issuer: ISSUER_BASE_URL, jwksUri: JWKS_URI })
    }
  })

  it.each(['keys', 'ftp://a.b/keys', 'https://user:secret@a.b/keys', 'https://a.b/keys#x'])(
    'refuse an address of keys that can not be used: %s',
    (JWKS_URI) => {
      expect(problemsOf({ ISSUER_BASE_URL: 'x', JWKS_URI })).toEqual([
        expect.stringMatching(/^JWKS_URI: must be /),
      ])
    },
  )

  it('say which name was misspelt where one is missing', () => {
    const { AUTH0_DOMAIN, ...others } = PRODUCTION
    expect(problemsOf({ ...others, AUTHO_DOMAIN: AUTH0_DOMAIN })).toEqual([
      expect.stringMatching(/^AUTH0_DOMAIN: /),
      'AUTHO_DOMAIN: is not a setting of this server: did you mean AUTH0_DOMAIN?',
    ])
  })

  it('say that a reference was not replaced where its setting can not be used', () => {
    expect(problemsOf({ ISSUER_BASE_URL: '${BASE}/realms/main' })).toEqual([
      expect.stringMatching(/^ISSUER_BASE_URL: must be /),
      expect.stringMatching(/^ISSUER_BASE_URL: has \$\{…\} in it/),
    ])
  })

  it('want the issuer to be named beside the address of its keys', () => {
    const env = { ...PRODUCTION, JWKS_URI: 'https://id.example.com/keys' }
    expect(problemsOf(env)).toEqual([expect.stringMatching(/^JWKS_URI: needs ISSUER_BASE_URL/)])
  })

  it.each([
    ['http://keycloak:8080/keys', 'development', 0],
    ['http://keycloak:8080/keys', 'production', 1],
    ['http://localhost:8080/keys', 'production', 0],
  ])('take keys over plain http as far as they are safe: %s in %s', (JWKS_URI, mode, count) => {
    const env = { ...PRODUCTION, AUTH0_DOMAIN: '', ISSUER_BASE_URL: 'x', JWKS_URI, NODE_ENV: mode }
    expect(problemsOf(env)).toHaveLength(count)
  })

  it('take several audiences, and scopes with spaces or commas between', () => {
    const env = { AUTH0_AUDIENCE: 'https://a.example.com , b', DOCS_SCOPES: 'openid  a:b,c/d' }
    expect(loadConfig(env)).toMatchObject({
      audiences: ['https://a.example.com', 'b'],
      docsScopes: ['openid', 'a:b', 'c/d'],
    })
  })

  it('treat a blank value as absent', () => {
    expect(problemsOf({ ...PRODUCTION, AUTH0_DOMAIN: ' ' })).toHaveLength(1)
    expect(loadConfig({ PORT: '', AUTH0_DOMAIN: '' })).toMatchObject({ port: 6060 })
    expect(loadConfig({ AUTH0_DOMAIN: '' }).issuer).toBeUndefined()
  })

  it.each([' ', '\r', '\n', '\r\n', '\t'])('are taken without %j around them', (blank) => {
    const env = Object.entries(PRODUCTION).map(([name, value]) => [name, blank + value + blank])
    expect(loadConfig(Object.fromEntries(env) as Record<string, string>)).toEqual(
      loadConfig(PRODUCTION),
    )
  })

  it.each(Object.keys(schema.shape).filter((name) => !name.startsWith('OTEL_')))(
    'refuse a %s whose quotes arrived as text',
    (name) => {
      const problem = `${name}: must be without the quotes around it`
      for (const value of ['"a"', "'a'", '"a', "a'"]) {
        expect(problemsOf({ [name]: value }), value).toContain(problem)
      }
    },
  )

  it('refuse two servers on one port', () => {
    expect(problemsOf({ ...PRODUCTION, PORT: '9464', METRICS_PORT: '9464' })).toEqual([
      'METRICS_PORT, PORT: must be two different ports',
    ])
    expect(problemsOf({ METRICS_PORT: '6060' })).toHaveLength(1)
    expect(problemsOf({ PORT: '6061' })).toEqual([
      'LOCAL_ISSUER_PORT, PORT: must be two different ports',
    ])
    expect(problemsOf({ ...PRODUCTION, PORT: '6061' })).toEqual([])
    expect(problemsOf({ PORT: '0', METRICS_PORT: '0', LOCAL_ISSUER_PORT: '0' })).toEqual([])
  })

  it('take several origins and trim the slash at the end of one', () => {
    const { clientOrigins } = loadConfig({
      CLIENT_ORIGIN_URL: 'http://localhost:4040/, https://app.example.com',
    })
    expect(clientOrigins).toEqual(['http://localhost:4040', 'https://app.example.com'])
  })

  it('refuse an Auth0 domain beside another issuer', () => {
    expect(problemsOf({ ...PRODUCTION, ISSUER_BASE_URL: 'https://id.example.com' })).toEqual([
      'AUTH0_DOMAIN, ISSUER_BASE_URL: only one of them can be set',
    ])
  })

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' }, 'http/protobuf'],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'http/protobuf'],
    [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, 'http/json'],
    [{ OTEL_SERVICE_NAME: 'messages' }, undefined],
    [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'TRUE' }, undefined],
    [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a' }, undefined],
    [{ OTEL_TRACES_EXPORTER: 'console, otlp' }, 'http/protobuf'],
  ])('trace as the variables of OpenTelemetry ask: %o', (env, protocol) => {
    expect(loadConfig(env).tracing).toEqual(protocol && { protocol })
  })

  it.each([
    ['NODE_ENV', ['Production', 'prod']],
    ['PORT', ['-1', '65536', '1e3', '0x10', 'http', '1.5']],
    ['HOST', ['localhost:80', 'a b', 'http://localhost']],
    [
      'PUBLIC_URL',
      ['api.example.com', 'https://api.example.com/?a', 'https://a.b/#', 'ftp://example.com'],
    ],
    [
      'CLIENT_ORIGIN_URL',
      [
        ...['*', 'null', 'localhost:4040', 'http://a.example/path', 'http://a.b,', 'http://u@a.b'],
        ...[
          'https://*.vercel.app',
          'capacitor://',
          'capacitor://localhost/a',
          'file:///',
          'data:a',
        ],
      ],
    ],
    ['CORS_REQUEST_HEADERS', ['*', 'X-A,', 'X A', 'X-A: b']],
    [
      'HSTS',
      [
        'on',
        'Off',
        'max-age',
        'max-age=a',
        'includeSubDomains',
        'max-age=1; x',
        'max-age=1,preload',
      ],
    ],
    ['AUTH0_DOMAIN', ['https://tenant.auth0.com', 'tenant.auth0.com/', 'a/b', 'user@host', 'a b']],
    [
      'ISSUER_BASE_URL',
      ['http://id.example.com', 'id.example.com', 'https://a.b/?c', 'https://a.b/#'],
    ],
    ['AUTH0_AUDIENCE', [',', 'a,', 'a,,b']],
    ['AUDIENCE_CLAIM', ['sub', 'AUD', 'aud,azp']],
    ['DOCS_SCOPES', ['openid "x"', 'é']],
    ['TOKEN_SIGNING_ALGS', ['HS256', 'none', 'RS256,HS256', 'rs256', 'RS256,']],
    ['PERMISSIONS_CLAIM', ['.roles', 'a..b', 'roles.']],
    ['LOG_LEVEL', ['verbose', 'INFO']],
    ['KEEP_ALIVE_SECONDS', ['0', '3601', '65s', '-1']],
    ['TRUST_PROXY', ['true', '-1', '300.1.1.1', '10.0.0.0/33', '10.0.0.0/', 'proxy.example.com']],
    ['REDIS_URL', ['localhost:6379', 'http://localhost', 'redis://', 'redis://localhost/path']],
    ['REDIS_URL', ['redis://:s3cr@t#9@host', 'redis://:a@b@host', 'redis://me:1?2@host']],
    ['REDIS_URL', ['redis://a:1,b:1', 'redis://a,b', 'redis://a,', 'redis://a,http://b']],
    ['REDIS_URL', ['redis://a,rediss://b', 'redis://:x@a,redis://:y@b', 'redis://a/1,redis://b/1']],
    [
      'REDIS_URL',
      ['redis://:100%@host', 'redis://:%ff@host', 'redis://me:1/2@host', 'redis://h#9'],
    ],
    ['RATE_LIMIT_MAX', ['-1', '1e3', 'none', '1000000000']],
    ['RATE_LIMIT_FAILED_AUTH_MAX', ['-1', '1.5']],
    ['RATE_LIMIT_WINDOW_SECONDS', ['0', '60s', '86401']],
    ['METRICS_PORT', ['65536', 'on']],
    ['METRICS_HOST', ['localhost:80', 'a b']],
    ['LOCAL_ISSUER_PORT', ['99999']],
  ])('refuse a %s that can not be used, and say what can', (name, values) => {
    for (const value of values) {
      const problems = problemsOf({ [name]: value })
      expect(problems, value).toEqual([expect.stringMatching(new RegExp(`^${name}: must be `))])
    }
  })

  it.each([
    ['KEEP_ALIVE_SECONDS', ['1', '620', '3600']],
    ['CORS_REQUEST_HEADERS', ['X-Tenant', 'X-Tenant, X-App-Version']],
    ['HSTS', ['off', 'max-age=0', 'max-age=63072000; includeSubDomains; preload']],
    [
      'CLIENT_ORIGIN_URL',
      [
        ...['capacitor://localhost', 'ionic://localhost', 'tauri://localhost', 'app://bundle'],
        'chrome-extension://abcdefghijklmnopabcdefghijklmnop, https://app.example.com',
      ],
    ],
    ['TRUST_PROXY', ['1', 'loopback', '10.0.0.0/8, 192.168.1.1', '::1/128']],
    ['HOST', ['127.0.0.1', '::1', 'localhost']],
    [
      'ISSUER_BASE_URL',
      ['http://127.0.0.1:8080', 'http://localhost:1/', 'http://[::1]:1', 'https://a.b'],
    ],
    ['TOKEN_SIGNING_ALGS', ['RS256', 'ES256, PS256', 'EdDSA']],
    ['PORT', ['0', '65535']],
    [
      'REDIS_URL',
      [
        'redis://localhost',
        'redis://[::1]:6379/',
        'rediss://me:secret@r.example.com/1',
        'redis://:s3cr%40t%239%25@host',
        'rediss://me:a:b!$@host:6380/0?ssl_cert_reqs=required',
        'redis://:a,b@host',
        'redis://a:1,redis://b:1/0, redis://[::1]:1/',
      ],
    ],
    ['RATE_LIMIT_MAX', ['0', '999999999']],
    ['RATE_LIMIT_WINDOW_SECONDS', ['1', '86400']],
  ])('take a %s that can be used', (name, values) => {
    for (const value of values) expect(problemsOf({ [name]: value }), value).toEqual([])
  })

  it('report every problem at once and show no value', () => {
    const env = {
      ...PRODUCTION,
      PORT: 'secret-1',
      LOG_LEVEL: 'secret-2',
      CLIENT_ORIGIN_URL: 'secret-3',
    }
    const problems = problemsOf({ ...env, AUTH0_AUDIENCE: '' })
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'PORT',
      'CLIENT_ORIGIN_URL',
      'LOG_LEVEL',
      'AUTH0_AUDIENCE',
    ])
    expect(problems.join()).not.toContain('secret')
  })
})

const TRACED = { ...PRODUCTION, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }

it('a name of the system is no misspelt setting of an app', () => {
  const shape = { PATHS: z.string().optional(), USERS: z.string().optional() }
  expect(loadConfig({ ...PRODUCTION, PATH: '/bin', USER: 'me' }, shape).warnings).toEqual([])
  expect(loadConfig({ ...PRODUCTION, USRES: 'me' }, shape).warnings).toEqual([
    'USRES: is not a setting of this server: did you mean USERS?',
  ])
})

describe('what may not be what was meant is warned of, and nothing more:', () => {
  type Misspelt = [what: string, env: Record<string, string>, warning: RegExp]
  it.each<Misspelt>([
    [
      'no mode beside an issuer',
      { AUTH0_DOMAIN: 'tenant.eu.auth0.com' },
      /^NODE_ENV: is not set, so this is not production mode/,
    ],
    [
      "permissions from scopes, which Auth0's users choose themselves",
      { ...PRODUCTION, PERMISSIONS_CLAIM: 'scope' },
      /^PERMISSIONS_CLAIM: is scope, and Auth0 grants any scope/,
    ],
    [
      'no address of its own, which DPoP proofs are compared with',
      { ...PRODUCTION, PUBLIC_URL: '' },
      /^PUBLIC_URL: is not set, so DPoP proofs are compared with the Host/,
    ],
    [
      "a port that is Kubernetes' service link",
      { ...PRODUCTION, METRICS_PORT: 'tcp://10.0.0.1:9464' },
      /^METRICS_PORT: is passed over/,
    ],
    [
      'a protocol of traces that is not supported, traced or not',
      { ...PRODUCTION, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      /^OTEL_EXPORTER_OTLP_PROTOCOL: is none of http\/protobuf, http\/json/,
    ],
    [
      'an exporter of traces that is not supported',
      { ...PRODUCTION, OTEL_TRACES_EXPORTER: 'console' },
      /^OTEL_TRACES_EXPORTER: only otlp and none/,
    ],
    [
      'a propagator that is not supported',
      { ...PRODUCTION, OTEL_PROPAGATORS: 'tracecontext, b3' },
      /^OTEL_PROPAGATORS: only tracecontext, baggage, none are supported/,
    ],
    [
      'a sampler that is not supported',
      { ...PRODUCTION, OTEL_TRACES_SAMPLER: 'xray' },
      /^OTEL_TRACES_SAMPLER: only always_on, .* are supported/,
    ],
    [
      'a compression that is not supported',
      { ...PRODUCTION, OTEL_EXPORTER_OTLP_COMPRESSION: 'zstd' },
      /^OTEL_EXPORTER_OTLP_COMPRESSION: only gzip, none are supported/,
    ],
    [
      'an endpoint in the form that gRPC has',
      { ...PRODUCTION, OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' },
      /^OTEL_EXPORTER_OTLP_ENDPOINT: is no http\(s\) URL/,
    ],
    [
      'a name with a letter too many',
      { ...PRODUCTION, RATE_LIMITS_MAX: '10' },
      /^RATE_LIMITS_MAX: is not a setting of this server: did you mean RATE_LIMIT_MAX\?$/,
    ],
    ...['PROT', 'PRT', 'PORTT', 'POET', 'OPRT', 'port'].map((name): Misspelt => [
      `a short name with one fault, ${name}`,
      { ...PRODUCTION, [name]: '7002' },
      new RegExp(`^${name}: is not a setting of this server: did you mean PORT\\?$`),
    ]),
    [
      'a name in lower case',
      { ...PRODUCTION, redis_url: 'redis://localhost' },
      /^redis_url: is not a setting of this server: did you mean REDIS_URL\?$/,
    ],
    [
      'a name that ends too early',
      { ...PRODUCTION, RATE_LIMIT_WINDOW: '10' },
      /^RATE_LIMIT_WINDOW: is not a setting of this server: did you mean RATE_LIMIT_WINDOW_SECONDS\?$/,
    ],
    [
      'a reference that nothing replaces',
      { ...PRODUCTION, AUTH0_AUDIENCE: '${BASE}/api' },
      /^AUTH0_AUDIENCE: has \$\{…\} in it, which is taken as it is/,
    ],
    [
      'an endpoint in quotes',
      { ...TRACED, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '"http://collector:4318"' },
      /^OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: is no http\(s\) URL/,
    ],
  ])('%s', (_what, env, warning) => {
    const config = loadConfig(env)
    expect(config.warnings).toEqual([expect.stringMatching(warning)])
    expect(config).toMatchObject({ metricsPort: undefined, tracing: undefined })
  })

  it.each([
    PRODUCTION,
    TRACED,
    { ...TRACED, OTEL_PROPAGATORS: 'tracecontext,baggage', OTEL_TRACES_SAMPLER: 'always_on' },
    { ...PRODUCTION, OTEL_SDK_DISABLED: 'true', OTEL_TRACES_SAMPLER: 'xray' },
    { ...PRODUCTION, NODE_ENV: 'development' },
    { ...PRODUCTION, OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    {
      ...TRACED,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
    },
    { ...PRODUCTION, MESSAGES_API_PORT: 'tcp://10.0.0.1:80' },
    { ...PRODUCTION, PORT: '7002', PROT: '7003' },
    { ...PRODUCTION, HOME: '/root', PATH: '/bin', PWD: '/', USER: 'me', TROP: 'x', P: 'x' },
  ])('not %o', (env) => {
    expect(loadConfig(env).warnings).toEqual([])
  })
})
