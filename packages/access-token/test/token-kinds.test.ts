import { CompactEncrypt, importJWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { ask, bearer, REFUSALS } from '../../server/test/support/contract.ts'
import { useServer } from '../../server/test/support/fixtures.ts'

const fixture = useServer()

async function get(token: string) {
  const call = { transport: 'REST', message: 'protected', headers: bearer(token) } as const
  const { status, body, challenge } = await ask(fixture.server.url, call)
  return { status, body, description: /error_description="([^"]*)"/.exec(challenge ?? '')?.[1] }
}

const refusal = (description: string) => ({
  status: 401,
  body: JSON.stringify({ message: REFUSALS.badToken.message }),
  description,
})

const LOG_OUT = 'http://schemas.openid.net/event/backchannel-logout'

describe('a token whose claims say that it is', () => {
  it.each<[string, Record<string, unknown>]>([
    ['an ID token of Cognito', { token_use: 'id' }],
    ['a token for no use that is known', { token_use: ['access'] }],
    ['an ID token of Keycloak', { typ: 'ID', nonce: 'n' }],
    ['a refresh token of Keycloak', { typ: 'Refresh' }],
    ['an offline token of Keycloak', { typ: 'Offline' }],
    ['a log-out token of Keycloak', { typ: 'Logout', events: { [LOG_OUT]: {} } }],
    ['a log-out token (OpenID Connect Back-Channel Logout)', { events: { [LOG_OUT]: {} } }],
    ['a security event (RFC 8417)', { events: { 'urn:example:event': { a: 1 } } }],
  ])('refuses a token that says it is %s', async (_, claims) => {
    const token = await fixture.issuer.mint({ claims })
    expect(await get(token)).toEqual(refusal('The token is not an access token'))
  })

  it.each<[string, Record<string, unknown>]>([
    ['an access token of Cognito', { token_use: 'access' }],
    ['an access token of Keycloak', { typ: 'Bearer' }],
    ['an access token of Dex, with nonce and at_hash', { nonce: 'n', at_hash: 'h' }],
    ['one with events of a meaning of its own', { events: ['login'] }],
  ])('takes a token that says it is %s', async (_, claims) => {
    expect((await get(await fixture.issuer.mint({ claims }))).status).toBe(200)
  })
})

describe('a token that is no signed JWT', () => {
  const opaque = refusal('The access token is opaque: a signed JWT for this API is needed')
  const encrypted = refusal('The access token is encrypted: a signed JWT for this API is needed')

  it.each([
    ['without a dot', 'SlAV32hkKG-opaque_token'],
    ['of Google, with one dot', 'ya29.a0AfH6SMBx-opaque_token'],
    ['of Ory Hydra, with one dot', 'ory_at_opaque-token.with_its-signature'],
    ['with two dots', 'any.three.parts'],
    ['with characters that no JWT has', 'a~b+c/d=='],
  ])('says that a token %s is opaque', async (_, token) => {
    expect(await get(token)).toEqual(opaque)
  })

  it('says of an encrypted token that it is, be its key wrapped or agreed on', async () => {
    const agreed = { alg: 'dir', enc: 'A256GCM', iss: fixture.issuer.issuer } // as Auth0's, for no audience
    const wrapped = { alg: 'RSA-OAEP-256', enc: 'A256GCM' }
    const { publicJwk } = fixture.issuer.keys[0] ?? {}
    const rsa = await importJWK({ ...publicJwk, kty: 'RSA', alg: wrapped.alg })
    const encrypt = (
      header: typeof agreed | typeof wrapped,
      key: Awaited<typeof rsa> | Uint8Array,
    ) => new CompactEncrypt(Buffer.from('{}')).setProtectedHeader(header).encrypt(key)
    expect(await get(await encrypt(agreed, new Uint8Array(32)))).toEqual(encrypted)
    expect(await get(await encrypt(wrapped, rsa))).toEqual(encrypted)
  })

  it('says of what looks like a signed JWT and is none that it is malformed', async () => {
    const [header = '', payload = ''] = (await fixture.issuer.mint()).split('.')
    const malformed = refusal('The access token is malformed')
    expect(await get(`${header}.${payload}`)).toEqual(malformed)
    expect(await get(`${header}.${payload}.`)).toEqual(malformed)
    expect(await get(header)).toEqual(malformed)
  })
})

describe('a token without a claim that every access token has', () => {
  it.each([
    ['aud', 'The access token names no audience'],
    ['exp', 'The access token has no expiry time'],
  ])('says that a token lacks %s', async (claim, description) => {
    const token = await fixture.issuer.mint({ claims: { [claim]: undefined } })
    expect(await get(token)).toEqual(refusal(description))
  })
})

describe('a long token', () => {
  const id = '00000000-0000-0000-0000-000000000000'

  it('takes a token with the 200 groups that Entra lists at most', async () => {
    const groups = Array.from({ length: 200 }, () => id)
    const token = await fixture.issuer.mint({ claims: { groups } })
    expect(token.length).toBeGreaterThan(10_000)
    expect((await get(token)).status).toBe(200)
  })

  it('verifies a token of 16 KiB, beside 12 KiB of other headers', async () => {
    const call = { headers: { ...bearer('a'.repeat(16 * 1024)), cookie: 'c'.repeat(12 * 1024) } }
    const answer = await ask(fixture.server.url, {
      transport: 'RPC',
      message: 'protected',
      ...call,
    })
    expect(answer).toMatchObject({
      status: 401,
      challenge: expect.stringContaining('opaque') as string,
    })
  })

  it('refuses a token of more than 16 KiB without verifying it', async () => {
    expect(await get('a'.repeat(16 * 1024 + 1))).toEqual(refusal('The access token is too long'))
  })
})
