import { describe, expect, it } from 'vitest'
import { useServer } from '../support/fixtures.ts'

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
  it.each(PATHS)('of %s keep browsers and caches safe', async (path) => {
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

  it.each(PATHS)('of %s name the request', async (path) => {
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
