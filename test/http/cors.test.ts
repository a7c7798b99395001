import { describe, expect, it } from 'vitest'
import { useServer } from '../support/fixtures.ts'

const ALLOWED = [
  ...['http://localhost:4040', 'https://app.example.com'],
  ...['capacitor://localhost', 'chrome-extension://abcdefghijklmnopabcdefghijklmnop'],
]
const fixture = useServer({
  env: { CLIENT_ORIGIN_URL: ALLOWED.join(','), CORS_REQUEST_HEADERS: 'X-Tenant, X-App-Version' },
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
