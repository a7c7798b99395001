import { randomUUID } from 'node:crypto'
import {
  calculateJwkThumbprint,
  createRemoteJWKSet,
  decodeJwt,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  API,
  API_ADDRESS,
  CLIENT_ID,
  requestTokens,
  startTestIssuer,
  tokensOf,
} from '../../server/test/support/local-issuer.ts'

let issuer: Awaited<ReturnType<typeof startTestIssuer>>

beforeAll(async () => {
  issuer = await startTestIssuer()
})
afterAll(() => issuer.close())

const OFFLINE = { params: { scope: 'openid profile email offline_access' } }

const verify = (token: string, audience: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL(issuer.jwksUri)), { issuer: issuer.issuer, audience })

const refresh = (refresh_token: string, headers?: Record<string, string>) =>
  requestTokens(issuer.issuer, { grant_type: 'refresh_token', refresh_token }, headers)

const userinfo = (authorization: string, headers: Record<string, string> = {}) =>
  fetch(`${issuer.issuer}userinfo`, { headers: { authorization, ...headers } })

describe('an access token', () => {
  it.each([
    ['Uma User', 'auth0|local-user', []],
    ['Ada Admin', 'auth0|local-admin', ['read:admin-messages']],
  ])(
    'gives %s an access token with the claims of Auth0, signed with a served key',
    async (name, sub, permissions) => {
      const { access_token, token_type } = await tokensOf(issuer.issuer, name)
      const { payload, protectedHeader } = await verify(access_token, API)
      expect(token_type).toBe('Bearer')
      expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'at+jwt' })
      expect(payload).toMatchObject({
        iss: issuer.issuer,
        sub,
        aud: [API, `${issuer.issuer}userinfo`],
        azp: CLIENT_ID,
        scope: 'openid profile email',
        permissions,
      })
      expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(86_400)
    },
  )

  it.each([
    ['Uma User', 'openid'],
    ['Ada Admin', 'openid read:admin-messages'],
  ])('gives %s the scope %s of what was asked for', async (name, scope) => {
    const params = { scope: 'openid read:admin-messages read:unknown' }
    const tokens = await tokensOf(issuer.issuer, name, { params })
    expect(tokens.scope).toBe(scope)
    expect(decodeJwt(tokens.access_token)['scope']).toBe(scope)
  })

  it.each([
    ['what the API is called', API],
    ['where it is', API_ADDRESS],
    ['where it is, with a slash', `${API_ADDRESS}/`],
  ])('takes a resource indicator for the audience: %s', async (_what, resource) => {
    const params = { audience: undefined, resource }
    const { access_token } = await tokensOf(issuer.issuer, 'Ada Admin', { params })
    const { payload } = await verify(access_token, API)
    expect(payload['permissions']).toEqual(['read:admin-messages'])
  })

  it('gives an opaque access token, good for userinfo, when no audience was asked for', async () => {
    const params = { audience: undefined }
    const { access_token } = await tokensOf(issuer.issuer, 'Uma User', { params })
    expect(access_token).not.toContain('.')
    expect((await userinfo(`Bearer ${access_token}`)).status).toBe(200)
  })
})

describe('an ID token', () => {
  it('gives an ID token with the nonce, the profile and the app as audience', async () => {
    const { id_token } = await tokensOf(issuer.issuer, 'Ada Admin', { params: { nonce: 'mine' } })
    const { payload, protectedHeader } = await verify(id_token, CLIENT_ID)
    expect(protectedHeader.alg).toBe('RS256')
    expect(payload).toMatchObject({
      sub: 'auth0|local-admin',
      nonce: 'mine',
      name: 'Ada Admin',
      nickname: 'ada.admin',
      email: 'ada.admin@example.com',
      email_verified: true,
    })
    expect(payload['updated_at']).toBe('2026-01-01T00:00:00.000Z')
  })

  it('names a picture that any page can show, by a short URL', async () => {
    const { id_token } = await tokensOf(issuer.issuer, 'Ada Admin')
    const { picture } = decodeJwt<{ picture: string }>(id_token)
    expect(picture).toBe(`${issuer.issuer}pictures/admin.svg`)
    const answer = await fetch(picture)
    expect(answer.headers.get('content-type')).toBe('image/svg+xml')
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    expect(await answer.text()).toContain('>AA</text>')
  })

  it('gives an ID token with the profile when no audience was asked for, too', async () => {
    const params = { audience: undefined }
    const { id_token } = await tokensOf(issuer.issuer, 'Ada Admin', { params })
    expect(decodeJwt(id_token)).toMatchObject({ name: 'Ada Admin', nickname: 'ada.admin' })
  })

  it('gives an ID token without a profile that was not asked for', async () => {
    const { id_token } = await tokensOf(issuer.issuer, 'Ada Admin', { params: { scope: 'openid' } })
    expect(decodeJwt(id_token)).not.toHaveProperty('name')
    expect(decodeJwt(id_token)).not.toHaveProperty('email')
  })
})

describe('/userinfo', () => {
  it('describes at /userinfo whoever the access token is for', async () => {
    const { access_token } = await tokensOf(issuer.issuer, 'Uma User')
    const answer = await userinfo(`Bearer ${access_token}`)
    expect(await answer.json()).toMatchObject({
      sub: 'auth0|local-user',
      name: 'Uma User',
      email: 'uma.user@example.com',
    })
  })

  it.each([
    ['none', () => ''],
    ['a forged one', forged],
    ['an ID token', async () => (await tokensOf(issuer.issuer, 'Uma User')).id_token],
  ])('refuses any other token at /userinfo: %s', async (_what, token) => {
    expect((await userinfo(`Bearer ${await token()}`)).status).toBeGreaterThanOrEqual(400)
  })

  async function forged() {
    const { access_token } = await tokensOf(issuer.issuer, 'Uma User')
    const { privateKey } = await generateKeyPair('RS256')
    return new SignJWT(decodeJwt(access_token))
      .setProtectedHeader({ alg: 'RS256' })
      .sign(privateKey)
  }
})

describe('a refresh token', () => {
  it('gives a refresh token for offline_access only', async () => {
    const without = await tokensOf(issuer.issuer, 'Uma User')
    expect(without.refresh_token).toBeUndefined()
    const tokens = await tokensOf(issuer.issuer, 'Uma User', OFFLINE)
    expect(tokens.refresh_token).toMatch(/^[\w-]{20,}$/)
    expect(tokens.scope).toBe('openid profile email offline_access')
  })

  it('gives new tokens of the same kind for a refresh token, which it replaces', async () => {
    const first = await tokensOf(issuer.issuer, 'Ada Admin', OFFLINE)
    const { status, body } = await refresh(first.refresh_token)
    expect(status).toBe(200)
    expect(body.refresh_token).not.toBe(first.refresh_token)
    expect((await verify(body.access_token, API)).payload).toMatchObject({
      permissions: ['read:admin-messages'],
      scope: 'openid profile email offline_access',
    })
    await verify(body.id_token, CLIENT_ID)
    expect((await refresh(body.refresh_token)).status).toBe(200)
  })

  it('revokes the whole family of a refresh token that is used twice', async () => {
    const first = await tokensOf(issuer.issuer, 'Uma User', OFFLINE)
    const second = await refresh(first.refresh_token)
    const reuse = await refresh(first.refresh_token)
    expect(reuse).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect((await refresh(second.body.refresh_token)).status).toBe(400)
  })

  it("revokes a refresh token at Auth0's path", async () => {
    const { refresh_token } = await tokensOf(issuer.issuer, 'Uma User', OFFLINE)
    const body = new URLSearchParams({ client_id: CLIENT_ID, token: refresh_token })
    const answer = await fetch(`${issuer.issuer}oauth/revoke`, { method: 'POST', body })
    expect(answer.status).toBe(200)
    expect((await refresh(refresh_token)).status).toBe(400)
  })

  it('takes a refresh token as JSON too, which Auth0 SDKs can send', async () => {
    const { refresh_token } = await tokensOf(issuer.issuer, 'Uma User', OFFLINE)
    const answer = await fetch(`${issuer.issuer}oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'refresh_token', client_id: CLIENT_ID, refresh_token }),
    })
    expect(answer.status).toBe(200)
  })

  it.each(['{', '[]', 'null', '{"grant_type":{}}'])(
    'refuses the JSON %s at the token endpoint',
    async (body) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${issuer.issuer}oauth/token`, { method: 'POST', headers, body })
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ error: 'invalid_request' })
    },
  )
})

describe('with DPoP', () => {
  it('binds the access token to the key of the proof', async () => {
    const { prove, thumbprint } = await createProver()
    const headers = { dpop: await prove('POST', 'oauth/token') }
    const tokens = await tokensOf(issuer.issuer, 'Ada Admin', { headers })
    expect(tokens.token_type).toBe('DPoP')
    const { payload } = await verify(tokens.access_token, API)
    expect(payload['cnf']).toEqual({ jkt: thumbprint })
    expect(payload['permissions']).toEqual(['read:admin-messages'])
  })

  it('binds the refresh token as well', async () => {
    const { prove } = await createProver()
    const headers = { dpop: await prove('POST', 'oauth/token') }
    const tokens = await tokensOf(issuer.issuer, 'Ada Admin', { ...OFFLINE, headers })
    const other = await createProver()
    const foreign = await refresh(tokens.refresh_token, {
      dpop: await other.prove('POST', 'oauth/token'),
    })
    expect(foreign.status).toBe(400)
    const own = await refresh(tokens.refresh_token, { dpop: await prove('POST', 'oauth/token') })
    expect(own.body.token_type).toBe('DPoP')
  })

  it('lets a bound token into userinfo with a proof only', async () => {
    const { prove } = await createProver()
    const headers = { dpop: await prove('POST', 'oauth/token') }
    const { access_token } = await tokensOf(issuer.issuer, 'Uma User', { headers })
    expect((await userinfo(`Bearer ${access_token}`)).status).toBe(401)
    const dpop = await prove('GET', 'userinfo', access_token)
    expect((await userinfo(`DPoP ${access_token}`, { dpop })).status).toBe(200)
  })

  it('refuses a proof for another address', async () => {
    const { prove } = await createProver()
    const headers = { dpop: await prove('POST', 'elsewhere') }
    const tokens = await tokensOf(issuer.issuer, 'Uma User', { headers })
    expect(tokens.error).toBe('invalid_dpop_proof')
  })

  /** A client's key, and proofs made with it (RFC 9449 section 4.2). */
  async function createProver() {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const jwk = await exportJWK(publicKey)
    const prove = async (htm: string, path: string, token?: string) => {
      const ath = token === undefined ? {} : { ath: await sha256(token) }
      return new SignJWT({ htm, htu: issuer.issuer + path, jti: randomUUID(), ...ath })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
        .setIssuedAt()
        .sign(privateKey)
    }
    return { prove, thumbprint: await calculateJwkThumbprint(jwk) }
  }

  async function sha256(text: string): Promise<string> {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
    return Buffer.from(digest).toString('base64url')
  }
})

describe('the signing key', () => {
  it('serves the signing key without its private part', async () => {
    const response = await fetch(issuer.jwksUri)
    const { keys } = (await response.json()) as { keys: Record<string, string>[] }
    expect(keys).toHaveLength(1)
    expect(keys[0]).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig' })
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
  })

  it('has another signing key in every issuer', async () => {
    const other = await startTestIssuer()
    const keyOf = async (uri: string) => (await fetch(uri)).text()
    expect(await keyOf(other.jwksUri)).not.toBe(await keyOf(issuer.jwksUri))
    await other.close()
  })
})

it('reports no error in all of this', () => {
  expect(issuer.errors).toEqual([])
})
