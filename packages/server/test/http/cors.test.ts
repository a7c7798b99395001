import { describe, expect, it } from 'vitest'
import { useServer } from '../support/fixtures.ts'
import { startTestServer } from '../support/server.ts'

const ALLOWED = [
  ...['http://localhost:4040', 'https://app.example.com'],
  ...['capacitor://localhost', 'chrome-extension://abcdefghijklmnopabcdefghijklmnop'],
]
const fixture = useServer({
  env: {
    NODE_ENV: 'production',
    CLIENT_ORIGIN_URL: ALLOWED.join(','),
    CORS_REQUEST_HEADERS: 'X-Tenant, X-App-Version',
  },
})
const call = (path: string, init: RequestInit = {}) => fetch(`${fixture.server.url}${path}`, init)
const list = (value: string | null) => (value ?? '').split(',').map((item) => item.trim())

const preflight = (path: string, origin: string, method = 'GET') =>
  call(path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type',
    },
  })

const PATHS = ['/api/messages/public', '/api/messages/admin', '/trpc/messages.admin', '/nowhere']

describe('CORS', () => {
  it.each(PATHS)('lets the allowed origins read %s, errors too', async (path) => {
    for (const origin of ALLOWED) {
      const { headers } = await call(path, { headers: { origin } })
      expect(headers.get('access-control-allow-origin')).toBe(origin)
      expect(headers.has('access-control-allow-credentials')).toBe(false)
      expect(list(headers.get('vary'))).toContain('Origin')
      expect(list(headers.get('access-control-expose-headers'))).toEqual(
        expect.arrayContaining(['WWW-Authenticate', 'Retry-After', 'X-Request-Id']),
      )
    }
  })

  it.each(PATHS)('gives a stranger nothing at %s', async (path) => {
    const strangers = [
      'http://localhost:4041',
      'https://localhost:4040',
      'http://localhost:4040.evil.example',
      'https://evil.example',
      'capacitor://localhost.evil',
      'null',
    ]
    for (const origin of strangers) {
      for (const response of [
        await call(path, { headers: { origin } }),
        await preflight(path, origin),
      ]) {
        expect(response.headers.has('access-control-allow-origin'), origin).toBe(false)
        expect(list(response.headers.get('vary'))).toContain('Origin')
      }
    }
  })

  it.each([
    ['/api/messages/admin', ['GET']],
    ['/trpc/messages.admin', ['GET', 'POST']],
  ])('answers the preflight of %s for a day', async (path, methods) => {
    const response = await preflight(path, 'http://localhost:4040')
    expect([200, 204]).toContain(response.status)
    expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:4040')
    expect(list(response.headers.get('access-control-allow-methods'))).toEqual(methods)
    expect(response.headers.get('access-control-max-age')).toBe('86400')
    const allowed = list(response.headers.get('access-control-allow-headers')).map((name) =>
      name.toLowerCase(),
    )
    expect(allowed).toEqual([
      ...['authorization', 'content-type', 'dpop', 'trpc-accept', 'last-event-id', 'x-trpc-source'],
      ...['traceparent', 'tracestate', 'baggage', 'sentry-trace', 'x-request-id'],
      ...['x-tenant', 'x-app-version'],
    ])
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.has('x-request-id')).toBe(true)
  })
})

describe('CORS in development', () => {
  const development = useServer({ env: { CLIENT_ORIGIN_URL: 'https://app.example.com' } })
  const allowedFor = async (origin: string, method: 'GET' | 'OPTIONS') => {
    const headers = { origin, 'access-control-request-method': 'GET' }
    const response = await fetch(`${development.server.url}/api/messages/public`, {
      method,
      headers,
    })
    return response.headers.get('access-control-allow-origin')
  }

  it.each([
    'http://localhost:3000',
    'https://localhost',
    'http://127.0.0.1:5173',
    'http://[::1]:8080',
    'http://shop.localhost:3000',
    'https://app.example.com',
  ])('lets %s call', async (origin) => {
    expect(await allowedFor(origin, 'GET')).toBe(origin)
    expect(await allowedFor(origin, 'OPTIONS')).toBe(origin)
  })

  it.each([
    'http://localhost.evil.example',
    'http://evil.example:3000',
    'http://localhost:3000.evil.example',
    'http://127.0.0.1.evil.example',
    'http://evillocalhost',
    'http://192.168.0.1:3000',
    'ftp://localhost',
    'null',
  ])('does not let %s call', async (origin) => {
    expect(await allowedFor(origin, 'GET')).toBeNull()
    expect(await allowedFor(origin, 'OPTIONS')).toBeNull()
  })
})

describe('the log', () => {
  const startFor = async (env: Record<string, string>) => {
    const server = await startTestServer({ issuer: fixture.issuer, env })
    const from = (origin: string, path = '/trpc/messages.public') =>
      fetch(`${server.url}${path}`, { headers: { origin } })
    const warnings = () =>
      server.log.filter(({ msg }) => String(msg).startsWith('CLIENT_ORIGIN_URL: '))
    return { server, from, warnings }
  }

  it.each(['production', 'development'])(
    'names the setting once when a page is refused, in %s',
    async (NODE_ENV) => {
      const env = { NODE_ENV, CLIENT_ORIGIN_URL: 'https://app.example.com' }
      const { server, from, warnings } = await startFor(env)
      await from('https://app.example.com')
      await from(server.url)
      expect(warnings()).toEqual([])
      await from('https://typo.example.com', '/api/messages/public')
      await from('https://typo.example.com')
      await from('https://other.example.com', '/nowhere')
      expect(warnings()).toMatchObject([{ level: 40, origin: 'https://typo.example.com' }])
      await server.close()
    },
  )

  it('says nothing of pages of the server itself', async () => {
    const PUBLIC_URL = 'https://api.example.com/messages'
    const { server, from, warnings } = await startFor({ PUBLIC_URL })
    await from('https://api.example.com')
    expect(warnings()).toEqual([])
    await server.close()
  })

  it.each(['null', `https://${'x'.repeat(300)}.example.com`])(
    'shows no origin that nobody can make something of: %s',
    async (origin) => {
      const { server, from, warnings } = await startFor({})
      await from(origin)
      expect(warnings()).toHaveLength(1)
      expect(warnings()[0]).not.toHaveProperty('origin')
      await server.close()
    },
  )
})
