import { createHmac, createPublicKey } from 'node:crypto'
import { connect } from 'node:net'
import { CompactEncrypt, exportJWK, exportSPKI, importJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { protectedProcedure, requirePermissions, router } from '../../server/test/support/trpc.ts'
import {
  ask,
  bearer,
  MESSAGES,
  REFUSALS,
  TRANSPORTS,
  type Answer,
} from '../../server/test/support/contract.ts'
import { useServer } from '../../server/test/support/fixtures.ts'
import {
  ADMIN,
  ADMIN_PERMISSION,
  AUDIENCE,
  createSigningKey,
  sendJson,
} from '../../server/test/support/issuer.ts'
import type { SigningKey, TokenOptions } from '../../server/test/support/issuer.ts'
import {
  startServerProcess,
  untilReady,
  type ServerProcess,
} from '../../server/test/support/server-process.ts'

/** Procedures at the contract's paths that count how often they run. */
let runs = 0
const count = () => ({ message: `run ${++runs}` })
const Message = z.object({ message: z.string() })
const at = (name: string) => ({
  openapi: { method: 'GET', path: `/api/messages/${name}` } as const,
})
const counted = router({
  messages: router({
    protected: protectedProcedure.meta(at('protected')).output(Message).query(count),
    admin: protectedProcedure
      .use(requirePermissions(ADMIN_PERMISSION))
      .meta(at('admin'))
      .output(Message)
      .query(count),
  }),
})

const fixture = useServer({ router: counted })
const now = () => Math.floor(Date.now() / 1000)
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const mint = (options?: TokenOptions) => fixture.issuer.mint(options)
const signer = () => fixture.issuer.keys[0] as SigningKey
const withClaims = (claims: Record<string, unknown>) => () => mint({ claims })
const withHeader = (header: Record<string, unknown>) => () => mint({ header })

let stranger: SigningKey
beforeAll(async () => {
  stranger = await createSigningKey('key-1')
})

/** A token put together by hand, signed by whatever `sign` does. */
function forge(header: object, sign: (input: string) => string, claims: object = {}): string {
  const payload = {
    iss: fixture.issuer.issuer,
    aud: AUDIENCE,
    exp: now() + 60,
    ...ADMIN,
    ...claims,
  }
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${sign(input)}`
}

const hmacWith = (secret: string | Buffer) => (input: string) =>
  createHmac('sha256', secret).update(input).digest('base64url')

const publicPem = async () => exportSPKI(await importPublic())
const importPublic = async () =>
  (await importJWK(signer().publicJwk, 'RS256')) as Parameters<typeof exportSPKI>[0]

async function resigned(change: (parts: [string, string, string]) => string): Promise<string> {
  return change((await mint({ claims: ADMIN })).split('.') as [string, string, string])
}

async function otherAlgorithm(alg: string, kid = 'key-1'): Promise<string> {
  return mint({ key: { ...(await createSigningKey(kid, alg)), kid } })
}

async function embeddedJwk(): Promise<string> {
  const jwk = await exportJWK(createPublicKey({ key: { ...stranger.publicJwk }, format: 'jwk' }))
  return mint({ key: stranger, header: { jwk } })
}

/** A key set of the attacker's, on the issuer's own host for good measure. */
async function keySetOfTheAttacker(header: 'jku' | 'x5u'): Promise<string> {
  fixture.issuer.answer = (_req, res) => {
    sendJson(res, { keys: [stranger.publicJwk] })
  }
  const key = { ...stranger, kid: 'attacker' }
  return mint({ key, header: { [header]: `${fixture.issuer.url}/attacker.json` } })
}

const bigClaims = { filler: 'x'.repeat(16_000) }

const FORGED: [string, () => string | Promise<string>][] = [
  ['alg none', () => forge({ alg: 'none', typ: 'JWT' }, () => '')],
  ['alg None', () => forge({ alg: 'None' }, () => '')],
  ['alg NONE with a signature', () => forge({ alg: 'NONE', kid: 'key-1' }, hmacWith('x'))],
  ['alg empty', () => forge({ alg: '', kid: 'key-1' }, () => '')],
  ['no alg', () => forge({ kid: 'key-1' }, () => '')],
  ['alg a number', () => forge({ alg: 256, kid: 'key-1' }, () => 'AAAA')],
  ['alg an array', () => forge({ alg: ['RS256'], kid: 'key-1' }, () => 'AAAA')],
  ['alg in lower case', () => forge({ alg: 'rs256', kid: 'key-1' }, () => 'AAAA')],
  [
    'HS256 keyed with the public key as PEM',
    async () => forge({ alg: 'HS256', kid: 'key-1' }, hmacWith(await publicPem())),
  ],
  [
    'HS256 keyed with the public key as PEM without its last line end',
    async () => forge({ alg: 'HS256', kid: 'key-1' }, hmacWith((await publicPem()).trim())),
  ],
  [
    'HS256 keyed with the modulus',
    () =>
      forge(
        { alg: 'HS256', kid: 'key-1' },
        hmacWith(Buffer.from(signer().publicJwk.n ?? '', 'base64url')),
      ),
  ],
  [
    'HS256 keyed with the JWK',
    () => forge({ alg: 'HS256', kid: 'key-1' }, hmacWith(JSON.stringify(signer().publicJwk))),
  ],
  ['HS256 keyed with nothing', () => forge({ alg: 'HS256', kid: 'key-1' }, hmacWith(''))],
  ['RS384 where RS256 is asked for', () => otherAlgorithm('RS384')],
  ['RS512 where RS256 is asked for', () => otherAlgorithm('RS512')],
  ['PS256 where RS256 is asked for', () => otherAlgorithm('PS256')],
  ['ES256', () => otherAlgorithm('ES256')],
  ['EdDSA', () => otherAlgorithm('EdDSA')],
  ["a stranger's key under a known kid", () => mint({ key: stranger, claims: ADMIN })],
  ['a key in the header (jwk)', embeddedJwk],
  ['the address of a key set in the header (jku)', () => keySetOfTheAttacker('jku')],
  ['the address of a certificate in the header (x5u)', () => keySetOfTheAttacker('x5u')],
  ['a certificate in the header (x5c)', () => mint({ key: stranger, header: { x5c: ['AAAA'] } })],
  [
    'crit with an unknown extension',
    () => forge({ alg: 'RS256', kid: 'key-1', crit: ['exp'], exp: 1 }, () => 'AAAA'),
  ],
  ['crit that is empty', () => forge({ alg: 'RS256', kid: 'key-1', crit: [] }, () => 'AAAA')],
  [
    'crit that is no array',
    () => forge({ alg: 'RS256', kid: 'key-1', crit: 'b64', b64: true }, () => 'AAAA'),
  ],
  ['b64 true, marked critical', withHeader({ b64: true, crit: ['b64'] })],
  [
    'b64 false',
    () => forge({ alg: 'RS256', kid: 'key-1', b64: false, crit: ['b64'] }, () => 'AAAA'),
  ],
  ['a kid that is not known', withHeader({ kid: 'other' })],
  ['a kid of another case', withHeader({ kid: 'KEY-1' })],
  ['a kid that is a path', withHeader({ kid: '../../../dev/null' })],
  ['a kid that is a query', withHeader({ kid: "' OR 1=1 --" })],
  ['a kid that is __proto__', withHeader({ kid: '__proto__' })],
  ['a kid that is a number', withHeader({ kid: 1 })],
  ['a kid that is an object', withHeader({ kid: { $ne: '' } })],
  ['a kid that is very long', withHeader({ kid: 'k'.repeat(2000) })],
  ['an ID token (typ)', withHeader({ typ: 'id+jwt' })],
  ['a log-out token (typ)', withHeader({ typ: 'logout+jwt' })],
  ['a DPoP proof (typ)', withHeader({ typ: 'dpop+jwt' })],
  ['a security event (typ)', withHeader({ typ: 'secevent+jwt' })],
  ['a typ that is empty', withHeader({ typ: '' })],
  ['a typ that is a number', withHeader({ typ: 7 })],
  ['a typ that is null', withHeader({ typ: null })],
  ['no issuer', withClaims({ iss: undefined })],
  ['the issuer without its slash', () => mint({ claims: { iss: fixture.issuer.url } })],
  ['the issuer with one slash more', () => mint({ claims: { iss: `${fixture.issuer.issuer}/` } })],
  [
    'the issuer in upper case',
    () => mint({ claims: { iss: fixture.issuer.issuer.toUpperCase() } }),
  ],
  [
    'the issuer over https',
    () => mint({ claims: { iss: fixture.issuer.issuer.replace('http', 'https') } }),
  ],
  [
    'the issuer with a suffix',
    () => mint({ claims: { iss: `${fixture.issuer.url}.evil.example/` } }),
  ],
  ['the issuer in an array', () => mint({ claims: { iss: [fixture.issuer.issuer] } })],
  ['no audience', withClaims({ aud: undefined })],
  ['an empty audience', withClaims({ aud: [] })],
  ['another audience', withClaims({ aud: 'https://other.example.com' })],
  ['the audience with a slash', withClaims({ aud: `${AUDIENCE}/` })],
  ['the audience with a suffix', withClaims({ aud: `${AUDIENCE}.evil.example` })],
  ['the audience in upper case', withClaims({ aud: AUDIENCE.toUpperCase() })],
  ['the audience in an object', withClaims({ aud: { [AUDIENCE]: true } })],
  ['the audience two arrays deep', withClaims({ aud: [[AUDIENCE]] })],
  ['no exp', withClaims({ exp: undefined })],
  ['exp as text', withClaims({ exp: String(2 ** 40) })],
  ['exp null', withClaims({ exp: null })],
  ['exp in an array', withClaims({ exp: [2 ** 40] })],
  ['exp true', withClaims({ exp: true })],
  ['exp negative', withClaims({ exp: -1 })],
  ['exp zero', withClaims({ exp: 0 })],
  ['exp beyond the clock tolerance', () => mint({ claims: { exp: now() - 6 } })],
  ['nbf beyond the clock tolerance', () => mint({ claims: { nbf: now() + 60 } })],
  ['exp 1e999', () => signClaims('"exp":1e999')],
  ['exp after the year 9999', withClaims({ exp: 253_402_300_800 })],
  ['exp in milliseconds', () => mint({ claims: { exp: Date.now() + 60_000 } })],
  ['nbf -1e999', () => signClaims('"nbf":-1e999')],
  ['nbf before 1970', withClaims({ nbf: -1 })],
  ['iat 1e999', () => signClaims('"iat":1e999')],
  ['iat before 1970', withClaims({ iat: -1 })],
  ['iat as text', withClaims({ iat: '0' })],
  ['sub of 256 characters', withClaims({ sub: 's'.repeat(256) })],
  ['sub an object', withClaims({ sub: { id: 1 } })],
  ['sub an array', withClaims({ sub: ['someone'] })],
  ['sub a number', withClaims({ sub: 1 })],
  ['sub null', withClaims({ sub: null })],
  ['nbf as text', withClaims({ nbf: '0' })],
  ['nbf null', withClaims({ nbf: null })],
  ['bound to a key (cnf.jkt), sent as Bearer', withClaims({ cnf: { jkt: 'x'.repeat(43) } })],
  ['bound to a certificate (cnf.x5t#S256)', withClaims({ cnf: { 'x5t#S256': 'x' } })],
  ['a payload that was changed', () => resigned(([h, , s]) => `${h}.${encode({ ...ADMIN })}.${s}`)],
  [
    'a header that was changed',
    () => resigned(([, p, s]) => `${encode({ alg: 'RS256', kid: 'key-1', x: 1 })}.${p}.${s}`),
  ],
  ['a signature that was cut', () => resigned(([h, p, s]) => `${h}.${p}.${s.slice(0, -8)}`)],
  ['a signature that goes on', () => resigned(([h, p, s]) => `${h}.${p}.${s}AAAA`)],
  ['a signature of zeros', () => resigned(([h, p, s]) => `${h}.${p}.${'A'.repeat(s.length)}`)],
  ['no signature', () => resigned(([h, p]) => `${h}.${p}.`)],
  ['two parts', () => resigned(([h, p]) => `${h}.${p}`)],
  ['four parts', () => resigned(([h, p, s]) => `${h}.${p}.${s}.AAAA`)],
  ['one part', () => 'AAAA'],
  ['dots only', () => '..'],
  ['one character', () => 'a'],
  ['padding inside its parts', () => resigned(([h, p, s]) => `${h}.${p}.${s}==`)],
  [
    'a JSON serialisation, encoded',
    async () => encode({ payload: (await mint()).split('.')[1], signatures: [] }),
  ],
  ['a header that is no JSON', () => resigned(([, p, s]) => `AAAA.${p}.${s}`)],
  ['a header that is an array', () => resigned(([, p, s]) => `${encode([])}.${p}.${s}`)],
  ['a header that is null', () => resigned(([, p, s]) => `${encode(null)}.${p}.${s}`)],
  ['a nested JWS', async () => nested(await mint({ claims: ADMIN }))],
  ['a payload that is an array', async () => signText('[]')],
  ['a payload that is null', async () => signText('null')],
  ['a payload that is no JSON', async () => signText('{')],
  ['a payload that is no UTF-8', async () => signText(Buffer.from([0xff, 0xfe]))],
  ['an encrypted token (JWE)', jwe],
  ['a token over 16 KiB', withClaims(bigClaims)],
  ['a token over 16 KiB that is no token', () => 'a'.repeat(16_385)],
]

async function signText(text: string | Buffer): Promise<string> {
  const { CompactSign } = await import('jose')
  return new CompactSign(Buffer.from(text))
    .setProtectedHeader({ alg: 'RS256', kid: 'key-1' })
    .sign(signer().privateKey)
}

/** Claims with a number that JSON.stringify can't write, which takes the place of the usual one. */
async function signClaims(member: string): Promise<string> {
  const claims = { iss: fixture.issuer.issuer, aud: AUDIENCE, exp: now() + 60, ...ADMIN }
  return signText(`${JSON.stringify(claims).slice(0, -1)},${member}}`)
}

async function nested(inner: string): Promise<string> {
  const { CompactSign } = await import('jose')
  return new CompactSign(Buffer.from(inner))
    .setProtectedHeader({ alg: 'RS256', kid: 'key-1', cty: 'JWT' })
    .sign(signer().privateKey)
}

async function jwe(): Promise<string> {
  const key = await importJWK({ ...signer().publicJwk, alg: 'RSA-OAEP-256' })
  return new CompactEncrypt(Buffer.from('{}'))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'key-1' })
    .encrypt(key)
}

function expectRefusal(answer: Answer, refusal: { status: number; message: string }): void {
  const { status, message } = refusal
  expect(answer).toMatchObject({ status, body: JSON.stringify({ message }) })
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  it.each(FORGED)('refuses a token with %s', async (_, make) => {
    const token = await make()
    const before = runs
    const answer = await ask(fixture.server.url, {
      transport,
      message: 'protected',
      headers: bearer(token),
    })
    fixture.issuer.answer = undefined
    expectRefusal(answer, REFUSALS.badToken)
    expect(answer.challenge).toMatch(
      /^Bearer error="invalid_token", error_description="[ -!#-[\]-~]+", resource_metadata="http:[^"]+"/,
    )
    expect(runs).toBe(before)
  })

  it.each<[string, Record<string, unknown>]>([
    ['no permissions claim', {}],
    ['the permission as a scope only', { scope: ADMIN_PERMISSION }],
    ['the permission as text', { permissions: ADMIN_PERMISSION }],
    ['the permission as a key', { permissions: { [ADMIN_PERMISSION]: true } }],
    ['another case', { permissions: ['Read:Admin-Messages'] }],
    ['white space around it', { permissions: [` ${ADMIN_PERMISSION} `] }],
    ['a longer name', { permissions: [`${ADMIN_PERMISSION}s`] }],
    ['a shorter name', { permissions: ['read:admin-message'] }],
    ['a wildcard', { permissions: ['*', 'read:*'] }],
    ['an array that holds other things too', { permissions: [ADMIN_PERMISSION, 1] }],
    ['an array two deep', { permissions: [[ADMIN_PERMISSION]] }],
    ['null', { permissions: null }],
    ['no item', { permissions: [] }],
    ['another claim', { Permissions: [ADMIN_PERMISSION], roles: [ADMIN_PERMISSION] }],
  ])('refuses a permission in the form of %s', async (_, claims) => {
    const before = runs
    const headers = bearer(await mint({ claims }))
    const answer = await ask(fixture.server.url, { transport, message: 'admin', headers })
    expectRefusal(answer, REFUSALS.noPermission)
    expect(answer.challenge).toContain(`error="insufficient_scope", scope="${ADMIN_PERMISSION}"`)
    expect(runs).toBe(before)
  })

  it.each<[string, () => TokenOptions]>([
    ['typ JWT', () => ({ header: { typ: 'JWT' } })],
    ['typ jwt', () => ({ header: { typ: 'jwt' } })],
    ['typ at+jwt', () => ({ header: { typ: 'at+jwt' } })],
    ['typ application/at+jwt', () => ({ header: { typ: 'application/at+jwt' } })],
    ['typ Application/AT+JWT', () => ({ header: { typ: 'Application/AT+JWT' } })],
    ['no typ', () => ({ header: { typ: undefined } })],
    ['no kid, where the issuer has one key', () => ({ header: { kid: undefined } })],
    ['one audience as text', () => ({ claims: { aud: AUDIENCE } })],
    ['the audience last of several', () => ({ claims: { aud: ['a', 'b', AUDIENCE] } })],
    ['an exp within the clock tolerance', () => ({ claims: { exp: now() - 2 } })],
    ['an nbf in the past', () => ({ claims: { nbf: now() - 10 } })],
    ['an nbf within the clock tolerance', () => ({ claims: { nbf: now() + 3 } })],
    ['a sub of 255 characters', () => ({ claims: { sub: 's'.repeat(255) } })],
    ['an exp at the end of the year 9999', () => ({ claims: { exp: 253_402_300_799 } })],
    ['no sub', () => ({ claims: { sub: undefined } })],
    ['a fraction of a second in exp', () => ({ claims: { exp: now() + 60.5 } })],
  ])('takes a token with %s', async (_, makeOptions) => {
    const before = runs
    const headers = bearer(await mint(makeOptions()))
    const answer = await ask(fixture.server.url, { transport, message: 'protected', headers })
    expect(answer.status).toBe(200)
    expect(runs).toBe(before + 1)
  })

  it('refuses two Authorization headers, whether or not they are the same', async () => {
    const token = await mint({ claims: ADMIN })
    for (const second of [token, 'AAAA']) {
      const before = runs
      const path = transport === 'REST' ? '/api/messages/admin' : '/trpc/messages.admin'
      const answer = await sendRaw(fixture.server.port, [
        `GET ${path} HTTP/1.1`,
        'Host: localhost',
        `Authorization: Bearer ${token}`,
        `Authorization: Bearer ${second}`,
        'Connection: close',
      ])
      expect(answer).toMatch(/^HTTP\/1\.1 400 /)
      expect(answer).toContain('error="invalid_request"')
      expect(runs).toBe(before)
    }
  })
})

/** Libraries replace it: to trace calls, to follow zones, or by promises of their own. */
describe('where the global Promise is not that of async functions', () => {
  let server: ServerProcess
  beforeAll(async () => {
    const preload = new URL('../../server/test/support/other-promise.ts', import.meta.url).href
    const env = { RATE_LIMIT_MAX: '100000' }
    server = await startServerProcess({ issuer: fixture.issuer, preload, env })
    await untilReady(server)
  })
  afterAll(() => server.end())

  it.each(TRANSPORTS)('no forged token is taken over %s', async (transport) => {
    const taken: string[] = []
    for (const [name, make] of FORGED) {
      const headers = bearer(await make())
      const answer = await ask(server.url, { transport, message: 'protected', headers })
      fixture.issuer.answer = undefined
      if (answer.status !== REFUSALS.badToken.status) taken.push(`${name}: ${answer.status}`)
    }
    expect(taken).toEqual([])
  })

  it.each(TRANSPORTS)('each refusal over %s is that of the contract', async (transport) => {
    const get = (message: 'protected' | 'admin', authorization?: string) =>
      ask(server.url, {
        transport,
        message,
        ...(authorization !== undefined && { headers: { authorization } }),
      })
    expectRefusal(await get('protected'), REFUSALS.missing)
    expectRefusal(await get('protected', 'Basic AAAA'), REFUSALS.missing)
    expectRefusal(await get('protected', 'Bearer'), REFUSALS.malformedHeader)
    expectRefusal(await get('protected', 'Bearer a b'), REFUSALS.malformedHeader)
    const user = `Bearer ${await mint()}`
    const admin = `Bearer ${await mint({ claims: ADMIN })}`
    // The tokens are verified first, then remembered.
    for (let round = 1; round <= 2; round++) {
      expectRefusal(await get('admin', user), REFUSALS.noPermission)
      expect(await get('protected', user)).toMatchObject({ status: 200, body: MESSAGES.protected })
      expect(await get('admin', admin)).toMatchObject({ status: 200, body: MESSAGES.admin })
    }
  })
})

function sendRaw(port: number, lines: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    connect(port, '127.0.0.1')
      .on('data', (chunk) => (answer += chunk.toString()))
      .on('end', () => {
        resolve(answer)
      })
      .on('error', reject)
      .write([...lines, '', ''].join('\r\n'))
  })
}

describe('a token signed with a header parameter that is never used', () => {
  it('is judged by the keys of the issuer alone', async () => {
    const token = await new SignJWT({ ...ADMIN })
      .setProtectedHeader({
        alg: 'RS256',
        kid: 'key-1',
        jku: 'https://evil.example/',
        x5c: ['AAAA'],
      })
      .setIssuer(fixture.issuer.issuer)
      .setAudience(AUDIENCE)
      .setExpirationTime('1m')
      .sign(signer().privateKey)
    const call = { transport: 'REST', message: 'admin', headers: bearer(token) } as const
    expect((await ask(fixture.server.url, call)).status).toBe(200)
  })
})
