import { request as httpRequest } from 'node:http'
import request from 'supertest'
import { beforeAll, describe, expect, it } from 'vitest'
import { useServer } from '../support/fixtures.ts'
import { untilReady } from '../support/http.ts'
import { startIssuer } from '../support/issuer.ts'
import { startTestServer } from '../support/server.ts'

const fixture = useServer({ env: { DOCS_CLIENT_ID: 'a-client' } })
const api = () => request(fixture.server.url)

beforeAll(() => untilReady(fixture.server.url))

/** Every file that a page loads, by what its HTML says. */
async function filesOf(page: string): Promise<string[]> {
  const { text } = await api().get(page)
  const loading = text.matchAll(/<(?!a )[^>]* (?:src|href)="([^"]+)"/g)
  return [...loading].map(([, url = '']) => url)
}

const allFiles = async () => [
  ...new Set([...(await filesOf('/docs')), ...(await filesOf('/docs/oauth2-redirect.html'))]),
]

const BASE = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

describe("the server's own address", () => {
  it('leads to the docs page', async () => {
    for (const answer of [await api().get('/'), await api().head('/?a')]) {
      expect([answer.status, answer.headers['location']]).toEqual([302, '/docs'])
    }
    expect((await api().post('/')).status).toBe(405)
  })
})

describe('the docs page within the limits', () => {
  it('counts in the rate limit, and so does what leads to it', async () => {
    const issuer = await startIssuer()
    const server = await startTestServer({ issuer, env: { RATE_LIMIT_MAX: '3' } })
    try {
      const statuses: number[] = []
      for (const path of ['/', '/docs', '/docs/settings.json', '/docs', '/', '/livez']) {
        statuses.push((await request(server.url).get(path)).status)
      }
      expect(statuses).toEqual([302, 200, 200, 429, 429, 200])
    } finally {
      await server.close()
      await issuer.close()
    }
  })

  it('is left out where DOCS is off', async () => {
    const issuer = await startIssuer()
    const server = await startTestServer({ issuer, env: { DOCS: 'off' } })
    try {
      for (const path of ['/', '/docs', '/docs/', '/docs/settings.json']) {
        const answer = await request(server.url).get(path)
        expect([answer.status, answer.body]).toEqual([404, { message: 'Not Found' }])
        expect((await request(server.url).post(path)).status).toBe(404)
      }
    } finally {
      await server.close()
      await issuer.close()
    }
  })
})

describe('the docs page', () => {
  it('allows scripts and styles of this server alone, and talks to it and to the token endpoint', async () => {
    for (const path of ['/docs', '/docs/']) {
      const { headers, status } = await api().get(path)
      expect(status).toBe(200)
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ${fixture.issuer.url}/oauth/token; ${BASE}`,
        'cross-origin-opener-policy': 'same-origin-allow-popups',
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
      })
    }
  })

  it('lets the page that signs in come back to the one that opened it', async () => {
    const { headers, status } = await api().get('/docs/oauth2-redirect.html?code=x&state=y')
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-security-policy': `default-src 'none'; script-src 'self'; ${BASE}`,
      'cross-origin-opener-policy': 'unsafe-none',
      'referrer-policy': 'no-referrer',
    })
  })

  it('has nothing inline', async () => {
    for (const path of ['/docs', '/docs/oauth2-redirect.html']) {
      const { text } = await api().get(path)
      expect(text).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]* src=)/)
    }
  })

  it('loads only files of this server, which load nothing from elsewhere', async () => {
    const files = await allFiles()
    expect(files).toHaveLength(6)
    expect(files.filter((file) => !file.startsWith('/docs/'))).toEqual([])
    for (const path of files) {
      const response = await fetch(`${fixture.server.url}${path}`)
      expect([path, response.status]).toEqual([path, 200])
      const type = response.headers.get('content-type')
      expect(type).toMatch(/^(?:text\/(?:css|javascript); charset=utf-8|image\/svg\+xml)/)
      const content = await response.text()
      if (path.endsWith('.css')) expect(content).not.toMatch(/@import|url\((?!\s*["']?data:)/)
      if (!path.includes('swagger-ui')) {
        expect(content.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/)
      }
    }
  })

  it('keeps the files of a version for good, and asks for its own again', async () => {
    for (const path of await allFiles()) {
      const { headers } = await api().get(path)
      const kept = /^\/docs\/swagger-ui-\d+\.\d+\.\d+\//.test(path)
      expect(headers['cache-control']).toBe(
        kept ? 'public, max-age=31536000, immutable' : 'no-cache',
      )
      if (kept) continue
      const again = await api().get(path).set('if-none-match', String(headers['etag']))
      expect([again.status, again.text]).toEqual([304, ''])
    }
  })

  it('answers HEAD', async () => {
    for (const path of ['/docs', ...(await allFiles())]) {
      const answer = await api().head(path)
      expect([path, answer.status, Number(answer.headers['content-length']) > 0]).toEqual([
        path,
        200,
        true,
      ])
    }
  })

  it('knows what to sign in as, and where nothing is set does not', async () => {
    expect((await api().get('/docs/settings.json')).body).toEqual({
      clientId: 'a-client',
      scopes: ['openid'],
    })
    const server = await startTestServer({ issuer: fixture.issuer })
    const settings = await request(server.url).get('/docs/settings.json')
    expect(settings.body).toEqual({ scopes: ['openid'] })
    await server.close()
  })

  it('talks to this server alone while the issuer is not known yet', async () => {
    const issuer = await startIssuer()
    await issuer.kill()
    const server = await startTestServer({ issuer })
    const { headers } = await request(server.url).get('/docs')
    expect(headers['content-security-policy']).toContain("connect-src 'self';")
    await server.close()
  })

  it('keeps the policy in one piece, whatever the issuer says', async () => {
    const issuer = await startIssuer()
    issuer.answer = (req, res) => {
      issuer.answer = undefined
      expect(req.url).toBe('/.well-known/openid-configuration')
      const metadata = {
        issuer: issuer.issuer,
        jwks_uri: `${issuer.url}/.well-known/jwks.json`,
        token_endpoint: `${issuer.url}/token;script-src *,x y`,
      }
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(metadata))
    }
    const server = await startTestServer({ issuer })
    await untilReady(server.url)
    const policy = (await request(server.url).get('/docs')).headers['content-security-policy'] ?? ''
    expect(policy.split(';').map((directive) => directive.trim().split(' ')[0])).toEqual([
      'default-src',
      'script-src',
      'style-src',
      'img-src',
      'connect-src',
      'base-uri',
      'form-action',
      'frame-ancestors',
    ])
    expect(policy).toContain(`'self' ${issuer.url}/token%3Bscript-src%20*%2Cx%20y;`)
    await server.close()
    await issuer.close()
  })

  it('leads nowhere else', async () => {
    const [vendor = ''] = (await allFiles()).filter((path) => path.includes('swagger-ui-'))
    const folder = vendor.slice(0, vendor.lastIndexOf('/'))
    const names = ['package.json', 'index.html', 'swagger-initializer.js', 'index.js', '']
    const paths = [
      ...names.map((name) => `${folder}/${name}`),
      `${folder}/../docs.ts`,
      `${folder}/..%2fpackage.json`,
      `${folder}/%2e%2e/%2e%2e/package.json`,
      `${folder}/..\\..\\package.json`,
      '/docs/../../package.json',
      '/docs/..%2f..%2fpackage.json',
      '/docs/%2e%2e%2f%2e%2e%2fpackage.json',
      '/docs/assets/docs.js',
      '/docs/docs.ts',
      '/docs//etc/passwd',
      '/docs/%00',
      '/docs/docs.js%00.css',
      '/docs/DOCS.JS',
      '/Docs',
    ]
    for (const path of paths) {
      expect([path, await rawStatus(path)]).toEqual([path, 404])
    }
  })

  it('complains of nothing in the log', () => {
    const complaints = fixture.server.log.filter(({ level }) => Number(level) >= 40)
    expect(complaints.filter(({ err }) => !isNotReady(err))).toEqual([])
  })
})

/** What `/readyz` answers at first. */
const isNotReady = (error: unknown) =>
  (error as { code?: string } | undefined)?.code === 'SERVICE_UNAVAILABLE'

/** The path as it is: other clients tidy it up. */
function rawStatus(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port: fixture.server.port, path }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}
