import { execFile } from 'node:child_process'
import { get } from 'node:http'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDevIssuer } from '@trpc-hybrid/dev-issuer'
import {
  APP,
  createBrowser,
  ISSUER_OPTIONS,
  requestTokens,
  startTestIssuer,
} from '../../server/test/support/local-issuer.ts'
import { TYPESCRIPT } from '../../server/test/support/process.ts'

let issuer: Awaited<ReturnType<typeof startTestIssuer>>
let port: string

beforeAll(async () => {
  issuer = await startTestIssuer()
  port = new URL(issuer.issuer).port
})
afterAll(() => issuer.close())

describe('CORS', () => {
  const grant = { grant_type: 'refresh_token', refresh_token: 'unknown' }

  it('lets an allowed origin read what the token endpoint says', async () => {
    const { body, headers } = await requestTokens(issuer.issuer, grant, { origin: APP })
    expect(body.error).toBe('invalid_grant')
    expect(headers.get('access-control-allow-origin')).toBe(APP)
    expect(headers.get('vary')).toContain('Origin')
  })

  it('lets every page on this machine read it', async () => {
    const origin = 'http://127.0.0.1:5173'
    const { headers } = await requestTokens(issuer.issuer, grant, { origin })
    expect(headers.get('access-control-allow-origin')).toBe(origin)
  })

  it('lets no other origin read it', async () => {
    const stranger = { origin: 'https://evil.example.com' }
    const { status, headers } = await requestTokens(issuer.issuer, grant, stranger)
    expect(status).toBe(400)
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  it.each(['oauth/token', 'oauth/revoke', 'userinfo'])(
    'answers a preflight of /%s',
    async (path) => {
      const answer = await fetch(issuer.issuer + path, {
        method: 'OPTIONS',
        headers: {
          origin: APP,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'auth0-client,content-type,dpop',
        },
      })
      expect(answer.status).toBe(204)
      expect(answer.headers.get('access-control-allow-origin')).toBe(APP)
      expect(answer.headers.get('access-control-allow-headers')).toBe(
        'auth0-client,content-type,dpop',
      )
    },
  )

  it('lets anyone read the keys and the discovery document', async () => {
    for (const path of ['.well-known/jwks.json', '.well-known/openid-configuration']) {
      const answer = await fetch(issuer.issuer + path, { headers: { origin: 'https://a.example' } })
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://a.example')
    }
  })
})

describe('discovery', () => {
  it("names Auth0's paths, under the issuer with its slash", async () => {
    const answer = await fetch(`${issuer.issuer}.well-known/openid-configuration`)
    expect(issuer.issuer).toMatch(/^http:\/\/localhost:\d+\/$/)
    expect(await answer.json()).toMatchObject({
      issuer: issuer.issuer,
      authorization_endpoint: `${issuer.issuer}authorize`,
      token_endpoint: `${issuer.issuer}oauth/token`,
      userinfo_endpoint: `${issuer.issuer}userinfo`,
      jwks_uri: `${issuer.issuer}.well-known/jwks.json`,
      end_session_endpoint: `${issuer.issuer}oidc/logout`,
      revocation_endpoint: `${issuer.issuer}oauth/revoke`,
      response_types_supported: ['code'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
      code_challenge_methods_supported: ['S256'],
    })
  })
})

describe('the address', () => {
  it('shows a visitor what this is and how to use it', async () => {
    const html = await (await createBrowser(issuer.issuer).get('/')).text()
    expect(html).toContain(`<code>http://localhost:${port}</code>`)
    expect(html).toContain('<code>npm run -s token -- admin</code>')
  })

  it('answers on 127.0.0.1 as on localhost', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/.well-known/jwks.json`)
    expect(answer.status).toBe(200)
  })

  it('does not answer under another host name', async () => {
    const options = { port, host: '127.0.0.1', path: '/', headers: { host: 'evil.example.com' } }
    const status = await new Promise((resolve) => {
      get(options, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
    })
    expect(status).toBe(421)
  })

  it('refuses a second issuer at its address, which is free after the first is closed', async () => {
    const first = await startTestIssuer()
    const taken = Number(new URL(first.issuer).port)
    const options = { ...ISSUER_OPTIONS, port: taken }
    await expect(startDevIssuer(options)).rejects.toMatchObject({
      code: 'EADDRINUSE',
      port: taken,
    })
    await first.close()
    await (await startDevIssuer(options)).close()
  })
})

it('prints nothing, neither when it starts nor when somebody signs in', async () => {
  const script = `
    import { fetchToken, startDevIssuer } from '@trpc-hybrid/dev-issuer'
    const options = { ...${JSON.stringify(ISSUER_OPTIONS)}, audience: 'api', onError() {} }
    const { issuer, close } = await startDevIssuer(options)
    await fetchToken({ issuer, audience: 'api', redirectUri: '${APP}', person: 'user' })
    await close()`
  const args = [...TYPESCRIPT, '--input-type=module', '--eval', script]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args)
  expect(stdout + stderr).toBe('')
})

it('reports no error in all of this', () => {
  expect(issuer.errors).toEqual([])
})
