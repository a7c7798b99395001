import { describe, expect, it } from 'vitest'
import { useServer } from '../support/fixtures.ts'
import { untilReady } from '../support/http.ts'
import { openRaw } from '../support/raw.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const fixture = useServer()
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${fixture.server.url}${path}`, { headers })

const PATHS = [
  '/api/messages/public',
  '/api/messages/protected',
  '/nowhere',
  '/trpc/messages.public',
  '/trpc/messages.none',
  '/livez',
  '/readyz',
]

describe('headers', () => {
  it.each(PATHS)('headers of %s keep browsers and caches safe', async (path) => {
    const { headers } = await get(path)
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-xss-protection': '0',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    expect(headers.has('x-powered-by')).toBe(false)
  })

  it.each(PATHS)('headers of %s name the request', async (path) => {
    const made = (await get(path)).headers.get('x-request-id')
    expect(made).toMatch(/^[\w-]{10,}$/)
    expect((await get(path)).headers.get('x-request-id')).not.toBe(made)
    const kept = await get(path, { 'x-request-id': 'trace-1.a:b' })
    expect(kept.headers.get('x-request-id')).toBe('trace-1.a:b')
  })

  it.each(['a b', 'x'.repeat(200), '<script>', 'a"b', ''])(
    'replace a request id that is not sane: %s',
    async (id) => {
      const { headers } = await get('/livez', { 'x-request-id': id })
      expect(headers.get('x-request-id')).not.toBe(id)
      expect(headers.get('x-request-id')).toMatch(/^[\w-]{10,}$/)
    },
  )
})

describe('Strict-Transport-Security', () => {
  const headerOf = async (server: TestServer, path: string) =>
    (await fetch(`${server.url}${path}`)).headers.get('strict-transport-security')

  it('is what is set, at every address and in answers to what is no HTTP', async () => {
    const env = { HSTS: 'max-age=300' }
    const server = await startTestServer({ issuer: fixture.issuer, env })
    for (const path of [...PATHS, '/docs']) expect(await headerOf(server, path)).toBe('max-age=300')
    const { closed } = openRaw(server.port, 'no HTTP\r\n\r\n')
    expect(await closed).toContain('strict-transport-security: max-age=300\r\n')
    await server.close()
  })

  it('is not sent when it is off', async () => {
    const server = await startTestServer({ issuer: fixture.issuer, env: { HSTS: 'off' } })
    for (const path of [...PATHS, '/docs']) expect(await headerOf(server, path)).toBeNull()
    const { closed } = openRaw(server.port, 'no HTTP\r\n\r\n')
    expect(await closed).not.toContain('strict-transport-security')
    await server.close()
  })
})

describe('health', () => {
  it('is alive and ready', async () => {
    expect((await get('/livez')).status).toBe(200)
    expect((await get('/readyz')).status).toBe(200)
  })
})

describe('behind a proxy', () => {
  const proxied = useServer({ env: { TRUST_PROXY: '1' } })
  const challengeFor = async (protocol: string) => {
    const headers = { 'x-forwarded-proto': protocol, 'x-forwarded-host': 'api.example.com' }
    const response = await fetch(`${proxied.server.url}/api/messages/protected`, { headers })
    return response.headers.get('www-authenticate')
  }

  it('the challenge names the address that the proxy tells of', async () => {
    expect(await challengeFor('https')).toContain('"https://api.example.com/.well-known/')
  })

  it('no other protocol than http and https gets into it', async () => {
    for (const protocol of ['https://evil.example/?x=" error="y', 'javascript']) {
      expect(await challengeFor(protocol)).toContain('resource_metadata="/.well-known/')
    }
  })
})

describe('the protected resource metadata', () => {
  const WELL_KNOWN = '/.well-known/oauth-protected-resource'

  it.each(['/messages', '/a/b(c):d*+?e'.replace('?', '%3F')])(
    'the protected resource metadata of a server below the path %s is where RFC 9728 puts it too',
    async (path) => {
      const env = { PUBLIC_URL: `https://api.example.com${path}` }
      const server = await startTestServer({ issuer: fixture.issuer, env })
      await untilReady(server.url)
      const at = (where: string, init?: RequestInit) => fetch(server.url + where, init)
      const direct = await (await at(WELL_KNOWN)).json()
      expect(direct).toMatchObject({ resource: env.PUBLIC_URL })
      expect(await (await at(`${WELL_KNOWN}${path}`)).json()).toEqual(direct)
      expect((await at(`${WELL_KNOWN}${path}`, { method: 'POST' })).status).toBe(405)
      expect((await at(`${WELL_KNOWN}${path}x`)).status).toBe(404)
      await server.close()
    },
  )

  it('is at no other place where there is no path', async () => {
    expect((await get(`${WELL_KNOWN}/messages`)).status).toBe(404)
  })

  it('names this resource, its issuer and its scopes', async () => {
    const response = await get('/.well-known/oauth-protected-resource')
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await response.json()).toMatchObject({
      resource: fixture.server.url,
      authorization_servers: [fixture.issuer.issuer],
      scopes_supported: ['read:admin-messages'],
      bearer_methods_supported: ['header'],
    })
  })
})
