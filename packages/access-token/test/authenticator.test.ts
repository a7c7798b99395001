import { initTRPC } from '@trpc/server'
import { createGuard, createHybrid, type HybridMeta } from 'trpc-hybrid'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { z } from 'zod'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  AuthError,
  createAuthenticator,
  formatChallenge,
  REFUSAL,
  requirePermissionsOf,
  type AuthenticatorOptions,
  type Credentials,
} from '@trpc-hybrid/access-token'
import { testToken } from '@trpc-hybrid/access-token/testing'
import { createDpopKey } from '../../server/test/support/dpop.ts'
import {
  AUDIENCE,
  createSigningKey,
  startIssuer,
  type TestIssuer,
} from '../../server/test/support/issuer.ts'

const URL_OF_API = 'https://api.example.com/reports'
const METADATA = 'https://api.example.com/.well-known/oauth-protected-resource'

let issuer: TestIssuer
beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())

const create = (options: Partial<AuthenticatorOptions> = {}) =>
  createAuthenticator({ issuer: issuer.issuer, audience: AUDIENCE, ...options })

/** @returns what `authenticate` throws */
async function refusalOf(
  credentials: Credentials,
  options?: Partial<AuthenticatorOptions>,
): Promise<AuthError> {
  const error: unknown = await create(options)
    .authenticate(credentials)
    .catch((thrown: unknown) => thrown)
  if (error instanceof AuthError) return error
  throw new Error(`not refused: ${String(error)}`)
}

describe('createAuthenticator', () => {
  it.each<[string, Partial<AuthenticatorOptions>]>([
    ['issuer', { issuer: 'http://id.example.com/' }],
    ['issuer', { issuer: 'id.example.com' }],
    ['issuer', { issuer: 'https://id.example.com/?tenant=1' }],
    ['issuer', { issuer: '', jwksUri: 'https://id.example.com/keys' }],
    ['jwksUri', { jwksUri: 'http://id.example.com/keys' }],
    ['jwksUri', { jwksUri: 'https://user:password@id.example.com/keys' }],
    ['audience', { audience: '' }],
    ['audience', { audience: [] }],
    ['audience', { audience: ['one', ' '] }],
    ['algorithms', { algorithms: [] }],
    ['algorithms', { algorithms: ['RS256', 'HS256'] }],
    ['algorithms', { algorithms: ['none'] }],
    ['audienceClaim', { audienceClaim: 'sub' as 'aud' }],
    ['permissionsClaim', { permissionsClaim: '' }],
  ])('refuses an unusable %s: %j', (name, options) => {
    const make = () => create(options)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(new RegExp(`^${name}: `))
  })

  it('asks the issuer for nothing before the first token comes', async () => {
    const before = issuer.requests.length
    const { authenticate } = create()
    expect(issuer.requests).toHaveLength(before)
    await authenticate({ authorization: `Bearer ${await issuer.mint()}` })
    await authenticate({ authorization: `Bearer ${await issuer.mint()}` })
    const asked = ['/.well-known/openid-configuration', '/.well-known/jwks.json']
    expect(issuer.requests.slice(before)).toEqual(asked)
  })

  it('asks the issuer at the start that it is told of', async () => {
    const before = issuer.requests.length
    const { start, close } = create()
    start()
    await expect.poll(() => issuer.requests.length).toBe(before + 2)
    close()
  })

  it('takes keys from jwksUri, and then iss as it is written', async () => {
    const { authenticate } = create({
      issuer: 'urn:issuer',
      jwksUri: `${issuer.url}/.well-known/jwks.json`,
      fetch: (url, init) => fetch(url, init),
    })
    const token = await issuer.mint({ claims: { iss: 'urn:issuer' } })
    expect((await authenticate({ authorization: `Bearer ${token}` })).subject).toBe('auth0|someone')
  })

  it('reads permissions and the audience from other claims', async () => {
    const { authenticate } = create({
      audience: ['other', 'app'],
      audienceClaim: 'client_id',
      permissionsClaim: 'realm_access.roles',
    })
    const claims = { aud: undefined, client_id: 'app', realm_access: { roles: ['reader'] } }
    const token = await issuer.mint({ claims })
    const { permissions } = await authenticate({ authorization: [`Bearer ${token}`] })
    expect([...permissions]).toEqual(['reader'])
  })

  it('takes algorithms that it is told of, and no other', async () => {
    const key = await createSigningKey('key-es', 'ES256')
    issuer.keys = [...issuer.keys, key]
    const authorization = `Bearer ${await issuer.mint({ key })}`
    const { subject } = await create({ algorithms: ['ES256'] }).authenticate({ authorization })
    expect(subject).toBe('auth0|someone')
    expect((await refusalOf({ authorization })).reason).toBe('algorithm')
  })

  it('honours expiry on every call, by the clock that it is given', async () => {
    let now = Date.now()
    const { authenticate } = create({ now: () => now })
    const authorization = `Bearer ${await issuer.mint()}`
    await authenticate({ authorization })
    now += 3_700_000
    await expect(authenticate({ authorization })).rejects.toMatchObject({ reason: 'expired' })
  })
})

describe('a refusal', () => {
  it.each<[string, Credentials['authorization'], Pick<AuthError, 'status' | 'code'>]>([
    ['no header', undefined, { status: 401, code: 'missing_token' }],
    ['another scheme', 'Basic dTpw', { status: 401, code: 'missing_token' }],
    ['no token', 'Bearer ', { status: 400, code: 'invalid_request' }],
    ['two headers', ['Bearer a', 'Bearer a'], { status: 400, code: 'invalid_request' }],
    ['a text that is no token', 'Bearer abc', { status: 401, code: 'invalid_token' }],
  ])('a refusal of %s has a status and a code', async (_what, authorization, expected) => {
    expect(await refusalOf({ authorization })).toMatchObject(expected)
  })

  it('says in its challenge what is wrong, in the scheme of the request', async () => {
    const error = await refusalOf({ authorization: 'bearer a.b' })
    const text = `error="invalid_token", error_description="${error.description ?? ''}"`
    expect(error.headers).toEqual({ 'www-authenticate': `Bearer ${text}` })
    expect(formatChallenge(error, { resourceMetadataUrl: METADATA })).toBe(
      `Bearer ${text}, resource_metadata="${METADATA}"`,
    )
    const proof = await refusalOf({ authorization: 'DPoP a.b' })
    expect(proof.headers['www-authenticate']).toMatch(
      /^DPoP error="invalid_token", .*, algs="ES256 /,
    )
  })

  it('offers both schemes where there is no token', async () => {
    const { headers } = await refusalOf({ authorization: undefined })
    expect(headers['www-authenticate']).toMatch(/^Bearer, DPoP algs="/)
  })

  it('carries the brand by which other packages know it', async () => {
    const { [REFUSAL]: refusal } = await refusalOf({ authorization: undefined })
    expect(REFUSAL).toBe(Symbol.for('trpc-hybrid.refusal'))
    expect(refusal).toMatchObject({ status: 401, message: 'Requires authentication' })
    expect(refusal.headers['www-authenticate']).toMatch(/^Bearer, DPoP algs="/)
    expect(refusal.challenge({ scheme: 'Bearer', resourceMetadataUrl: METADATA })).toBe(
      `Bearer resource_metadata="${METADATA}"`,
    )
  })

  it.each([
    ['REST', '/mine'],
    ['RPC', '/trpc/mine'],
  ])(
    'is answered with its challenge by a hybrid that has no server of ours, over %s',
    async (_how, path) => {
      const t = initTRPC
        .context<{ authorization: string | undefined }>()
        .meta<HybridMeta>()
        .create()
      const { authenticate } = create()
      const guard = createGuard(
        async ({ authorization }: { authorization: string | undefined }) => ({
          token: await authenticate({ authorization }),
        }),
      )
      const mine = t.procedure
        .use(guard)
        .meta({ openapi: { method: 'GET', path: '/mine' } })
        .output(z.boolean())
        .query(({ ctx }) => ctx.token.subject !== undefined)
      const info = { title: 'Mine', version: '1.0.0' }
      const handle = fetchHandler(createHybrid({ router: t.router({ mine }), info }), {
        createContext: ({ request }) => ({
          authorization: request.headers.get('authorization') ?? undefined,
        }),
      })
      const challengeOf = async (headers: Record<string, string>) => {
        const { status, headers: sent } = await handle(
          new Request(`http://api${path}`, { headers }),
        )
        return [status, sent.get('www-authenticate')]
      }
      expect(await challengeOf({})).toEqual([401, expect.stringMatching(/^Bearer, DPoP algs="/)])
      expect(await challengeOf({ authorization: 'Bearer x.y.z' })).toEqual([
        401,
        expect.stringMatching(/^Bearer error="invalid_token", error_description="/),
      ])
    },
  )

  it('is 503 without a challenge while the issuer gives no keys', async () => {
    const fetchNothing = () => Promise.reject(new TypeError('fetch failed'))
    const authorization = `Bearer ${await issuer.mint()}`
    const error = await refusalOf({ authorization }, { fetch: fetchNothing })
    expect(error).toMatchObject({ status: 503, code: 'keys_unavailable' })
    expect(error.headers).toEqual({ 'retry-after': '5' })
    expect(error[REFUSAL].challenge({})).toBeUndefined()
  })
})

describe('a token that is bound to a key', () => {
  async function bound() {
    const { prove, thumbprint } = await createDpopKey()
    const token = await issuer.mint({ claims: { cnf: { jkt: thumbprint } } })
    const request = { authorization: `DPoP ${token}`, method: 'GET', url: URL_OF_API }
    const dpop = await prove({ url: URL_OF_API, token })
    return { prove, token, request, dpop }
  }

  it('is taken with a proof of it, once', async () => {
    const { request, dpop } = await bound()
    const { authenticate } = create()
    expect((await authenticate({ ...request, dpop })).subject).toBe('auth0|someone')
    const again = authenticate({ ...request, dpop })
    await expect(again).rejects.toMatchObject({ reason: 'proof_replayed', scheme: 'DPoP' })
  })

  it.each([
    ['no proof', 'proof_count', {}],
    ['two proofs', 'proof_count', { dpop: ['a', 'b'] }],
    ['a proof for another method', 'proof_target', { method: 'POST' }],
    ['no address', 'proof_target', { url: undefined }],
    ['an address on plain http', 'proof_target', { url: 'http://api.example.com/reports' }],
  ])('is refused with %s', async (what, reason, change) => {
    const { request, dpop } = await bound()
    const proof = what === 'no proof' ? {} : { dpop }
    expect((await refusalOf({ ...request, ...proof, ...change })).reason).toBe(reason)
  })

  it('is never taken as Bearer', async () => {
    const { token } = await bound()
    expect((await refusalOf({ authorization: `Bearer ${token}` })).reason).toBe('bound')
  })
})

describe('testToken', () => {
  it('stands for a verified token', () => {
    const token = testToken({ subject: 'me', permissions: ['read:a'], claims: { org: 1 } })
    expect(token).toMatchObject({ subject: 'me', claims: { sub: 'me', org: 1 } })
    requirePermissionsOf(token, ['read:a'])
    const ask = () => {
      requirePermissionsOf(token, ['read:a', 'read:b'])
    }
    expect(ask).toThrow(AuthError)
  })

  it('has neither a subject nor permissions unless it is given some', () => {
    const { subject, permissions } = testToken()
    expect([subject, permissions.size]).toEqual([undefined, 0])
  })
})
