import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  API,
  API_ADDRESS,
  CALLBACK,
  CLIENT_ID,
  createBrowser,
  createPkce,
  exchange,
  locationOf,
  press,
  requestTokens,
  signIn,
  startTestIssuer,
  type Params,
} from '../../server/test/support/local-issuer.ts'

/** Its characters need the encoding of RFC 6749 section 2.3.1. */
const SECRET = 'a secret: of any kind +/%'
const NO_PKCE = { code_challenge: undefined, code_challenge_method: undefined }

let issuer: Awaited<ReturnType<typeof startTestIssuer>>

beforeAll(async () => {
  issuer = await startTestIssuer({ permissions: ['read:reports', 'write:reports'] })
})
afterAll(() => issuer.close())

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})

async function codeFor(params: Params = {}): Promise<string> {
  const callback = await signIn(createBrowser(issuer.issuer), 'Ada Admin', params)
  return callback.searchParams.get('code') ?? ''
}

describe('a web app with a client secret, by openid-client', () => {
  const discover = (authentication: client.ClientAuth) =>
    client.discovery(new URL(issuer.issuer), CLIENT_ID, {}, authentication, {
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- there is no TLS on loopback
      execute: [client.allowInsecureRequests],
    })

  it.each([
    ['HTTP Basic', client.ClientSecretBasic(SECRET)],
    ['the body', client.ClientSecretPost(SECRET)],
  ])(
    'lets a web app that sends its secret by %s sign in, refresh and revoke',
    async (_how, authentication) => {
      const config = await discover(authentication)
      const pkceCodeVerifier = client.randomPKCECodeVerifier()
      const address = client.buildAuthorizationUrl(config, {
        redirect_uri: CALLBACK,
        scope: 'openid profile offline_access',
        audience: API,
        state: 'its-state',
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      })
      const browser = createBrowser(issuer.issuer)
      const page = locationOf(await browser.get(address))
      const resume = await press(browser, page, 'Ada Admin')
      const callback = new URL(locationOf(await browser.get(locationOf(resume))))
      const checks = { pkceCodeVerifier, expectedState: 'its-state' }
      const tokens = await client.authorizationCodeGrant(config, callback, checks)

      const { sub } = tokens.claims() ?? {}
      const profile = await client.fetchUserInfo(config, tokens.access_token, sub ?? '')
      expect(profile).toMatchObject({ name: 'Ada Admin', updated_at: '2026-01-01T00:00:00.000Z' })
      const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
      expect(decodeJwt(refreshed.access_token)).toMatchObject({
        permissions: ['read:reports', 'write:reports'],
      })
      await client.tokenRevocation(config, refreshed.refresh_token ?? '')
      await expect(
        client.refreshTokenGrant(config, refreshed.refresh_token ?? ''),
      ).rejects.toMatchObject({ error: 'invalid_grant' })
    },
  )

  it('gives a machine a token for itself, with the permissions it asks for', async () => {
    const config = await discover(client.ClientSecretBasic(SECRET))
    const scope = 'read:reports'
    const tokens = await client.clientCredentialsGrant(config, { resource: API_ADDRESS, scope })
    expect(decodeJwt(tokens.access_token)).toMatchObject({ permissions: ['read:reports'] })
  })
})

describe('the requests of other libraries', () => {
  it.each([
    ['nextjs-auth0 3 and express-openid-connect, with PKCE', createPkce()],
    ['Authlib, Passport and Spring Security, without it', undefined],
  ])('gives tokens to %s', async (_who, pkce) => {
    const params = pkce ? { code_challenge: pkce.challenge } : NO_PKCE
    const form = exchange({ code: await codeFor(params), ...(pkce && { verifier: pkce.verifier }) })
    const headers = basic(CLIENT_ID, 'any-secret')
    const answer = await requestTokens(issuer.issuer, { ...form, client_id: undefined }, headers)
    expect(answer.status).toBe(200)
    expect(decodeJwt(answer.body.access_token)['azp']).toBe(CLIENT_ID)
  })

  it.each([
    ['no user', { authorization: 'Basic' }],
    ['no secret', basic(CLIENT_ID, '')],
    ['no Base64', { authorization: 'Basic {}' }],
    ['another client than the body', basic('another-app', SECRET)],
  ])(
    'refuses requests that name %s in HTTP Basic, and does not use up the code',
    async (_what, wrong) => {
      const { verifier, challenge } = createPkce()
      const form = exchange({ code: await codeFor({ code_challenge: challenge }), verifier })
      const refused = await requestTokens(issuer.issuer, form, wrong)
      expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
      expect((await requestTokens(issuer.issuer, form)).status).toBe(200)
    },
  )
})

describe('an app without a secret', () => {
  it('gives an app without a secret no tokens for a code that it asked for without PKCE', async () => {
    const answer = await requestTokens(issuer.issuer, exchange({ code: await codeFor(NO_PKCE) }))
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  it('gives an app without a secret no token for itself', async () => {
    const form = { grant_type: 'client_credentials', audience: API }
    const { status, body } = await requestTokens(issuer.issuer, form)
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_request' })
  })
})

describe("a machine (Auth0's M2M application)", () => {
  /** As Auth0's documentation has it. */
  async function requestToken(fields: Record<string, string>) {
    const response = await fetch(`${issuer.issuer}oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_id: 'a-machine',
        client_secret: SECRET,
        grant_type: 'client_credentials',
        ...fields,
      }),
    })
    return (await response.json()) as Record<string, string>
  }

  it('gives a machine every permission of the API, in a token like those of Auth0', async () => {
    const { access_token = '', ...answer } = await requestToken({ audience: API })
    expect(answer).toEqual({
      token_type: 'Bearer',
      expires_in: 86_400,
      scope: 'read:reports write:reports',
    })
    expect(decodeJwt(access_token)).toMatchObject({
      iss: issuer.issuer,
      sub: 'a-machine@clients',
      aud: API,
      azp: 'a-machine',
      gty: 'client-credentials',
      scope: 'read:reports write:reports',
      permissions: ['read:reports', 'write:reports'],
    })
  })

  it('gives a machine no permission that the API does not know', async () => {
    const { access_token = '' } = await requestToken({ audience: API, scope: 'delete:everything' })
    expect(decodeJwt(access_token)['permissions']).toEqual([])
  })

  it.each([
    ['another audience', { audience: 'https://other.example.com' }, /^Service not found: https:/],
    ['no audience', {}, /^No audience parameter was provided/],
  ])('refuses a machine with %s', async (_what, fields, description) => {
    const answer = await requestToken(fields)
    expect(answer['error']).toBe('access_denied')
    expect(answer['error_description']).toMatch(description)
  })
})

it('reports no error in all of this', () => {
  expect(issuer.errors).toEqual([])
})
