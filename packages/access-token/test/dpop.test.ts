import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { REFUSALS } from '../../server/test/support/contract.ts'
import { createDpopKey, type ProofOptions } from '../../server/test/support/dpop.ts'
import { useServer } from '../../server/test/support/fixtures.ts'
import { ADMIN } from '../../server/test/support/issuer.ts'
import { openRaw } from '../../server/test/support/raw.ts'

const fixture = useServer()
const PATHS = ['/api/messages/admin', '/trpc/messages.admin']
const ALGS = 'algs="ES256 ES384 ES512 Ed25519 EdDSA PS256 RS256"'

let key: Awaited<ReturnType<typeof createDpopKey>>
let token: string
beforeAll(async () => {
  key = await createDpopKey()
  token = await fixture.issuer.mint({ claims: { ...ADMIN, cnf: { jkt: key.thumbprint } } })
})

const urlOf = (path: string) => `${fixture.server.url}${path}`

async function get(path: string, headers: Record<string, string>) {
  const response = await fetch(urlOf(path), { headers })
  const text = await response.text()
  return {
    status: response.status,
    text,
    challenge: response.headers.get('www-authenticate') ?? '',
  }
}

const withProof = (path: string, proof: string, bound = token) =>
  get(path, { authorization: `DPoP ${bound}`, dpop: proof })

describe.each(PATHS)('a bound token at %s', (path) => {
  const prove = (options: Partial<ProofOptions> = {}) =>
    key.prove({ url: urlOf(path), token, ...options })

  it('is taken with a proof, again with a new one, whatever the case of the scheme', async () => {
    for (const scheme of ['DPoP', 'dpop', 'DPOP']) {
      const answer = await get(path, { authorization: `${scheme} ${token}`, dpop: await prove() })
      expect(answer.status).toBe(200)
    }
  })

  it('is taken with a proof whose htu differs in query, fragment and case of the host only', async () => {
    for (const url of [
      `${urlOf(path)}?a=1`,
      `${urlOf(path)}#x`,
      urlOf(path).replace('http', 'HTTP'),
    ]) {
      expect((await withProof(`${path}?b=2`, await prove({ url }))).status).toBe(200)
    }
  })

  it.each(['ES384', 'EdDSA', 'PS256', 'RS256'])(
    'is taken with a proof signed with %s',
    async (alg) => {
      const other = await createDpopKey(alg)
      const bound = await fixture.issuer.mint({
        claims: { ...ADMIN, cnf: { jkt: other.thumbprint } },
      })
      const proof = await other.prove({ url: urlOf(path), token: bound })
      expect((await withProof(path, proof, bound)).status).toBe(200)
    },
  )

  it('is refused as Bearer, with or without being remembered', async () => {
    for (let i = 0; i < 2; i++) {
      const answer = await get(path, { authorization: `Bearer ${token}` })
      expect(answer.status).toBe(401)
      expect(answer.text).toContain(REFUSALS.badToken.message)
      expect(answer.challenge).toMatch(/^Bearer error="invalid_token", .*, DPoP algs="/)
    }
  })

  it('is refused when its proof was used before', async () => {
    const proof = await prove()
    expect((await withProof(path, proof)).status).toBe(200)
    const answer = await withProof(path, proof)
    expect(answer.status).toBe(401)
    expect(answer.challenge).toBe(
      `DPoP error="invalid_dpop_proof", error_description="The DPoP proof was used before", resource_metadata="${fixture.server.url}/.well-known/oauth-protected-resource", ${ALGS}`,
    )
  })

  const now = () => Math.floor(Date.now() / 1000)
  it.each<[string, () => Partial<ProofOptions>]>([
    ['another method', () => ({ method: 'POST' })],
    ['a method in lower case', () => ({ method: 'get' })],
    ['another path', () => ({ url: `${urlOf(path)}x` })],
    ['another host', () => ({ url: `http://evil.example${path}` })],
    ['another scheme', () => ({ url: urlOf(path).replace('http:', 'https:') })],
    ['an htu that is no URL', () => ({ url: path })],
    ['backslashes in its htu', () => ({ url: urlOf(path).replaceAll('/', '\\') })],
    ['a blank before its htu', () => ({ url: ` ${urlOf(path)}` })],
    ['a blank after its htu', () => ({ url: `${urlOf(path)} ` })],
    [
      'a line end in its htu',
      () => ({ url: urlOf(path).replace('api', 'a\npi').replace('trpc', 't\nrpc') }),
    ],
    ['an htu without its slashes', () => ({ url: urlOf(path).replace('//', '') })],
    ['an htu with a user', () => ({ url: urlOf(path).replace('//', '//user@') })],
    ['no htu', () => ({ claims: { htu: undefined } })],
    ['an htu that is a number', () => ({ claims: { htu: 1 } })],
    ['no htm', () => ({ claims: { htm: undefined } })],
    ['no ath', () => ({ claims: { ath: undefined } })],
    ["another token's ath", () => ({ token: 'other' })],
    ['no jti', () => ({ claims: { jti: undefined } })],
    ['a jti that is a number', () => ({ claims: { jti: 1 } })],
    ['no iat', () => ({ claims: { iat: undefined } })],
    ['an iat as text', () => ({ claims: { iat: String(now()) } })],
    ['an iat too long ago', () => ({ claims: { iat: now() - 70 } })],
    ['an iat in the future', () => ({ claims: { iat: now() + 10 } })],
    ['an exp in the past', () => ({ claims: { exp: now() - 10 } })],
    ['another typ', () => ({ header: { typ: 'JWT' } })],
    ['no typ', () => ({ header: { typ: undefined } })],
    ['no jwk', () => ({ header: { jwk: undefined } })],
    ['a jwk with its private part', () => ({ header: { jwk: key.privateJwk } })],
    ['a symmetric jwk', () => ({ header: { jwk: { kty: 'oct', k: 'AAAA' } } })],
    [
      'a jwk that is no key',
      () => ({ header: { jwk: { kty: 'EC', crv: 'P-256', x: 'a', y: 'b' } } }),
    ],
    ['a jwk that is text', () => ({ header: { jwk: 'x' } })],
  ])('is refused with a proof that has %s', async (_, change) => {
    const answer = await withProof(path, await prove(change()))
    expect(answer.status).toBe(401)
    expect(answer.text).toContain(REFUSALS.badToken.message)
    expect(answer.challenge).toMatch(/^DPoP error="invalid_dpop_proof", error_description="[^"]+"/)
  })

  it("is refused with a proof of another client's key", async () => {
    const thief = await createDpopKey()
    const answer = await withProof(path, await thief.prove({ url: urlOf(path), token }))
    expect(answer.challenge).toContain(
      'error_description="The DPoP proof is signed with another key"',
    )
  })

  it.each(['x', 'a.b.c', '', 'é'.repeat(10), 'a'.repeat(9_000)])(
    'is refused with a proof that is no JWT',
    async (proof) => {
      expect((await withProof(path, proof)).status).toBe(401)
    },
  )

  it('is refused without a proof', async () => {
    const answer = await get(path, { authorization: `DPoP ${token}` })
    expect(answer.challenge).toContain('error="invalid_dpop_proof"')
  })

  it('is told of a missing permission in its own scheme', async () => {
    const bound = await fixture.issuer.mint({ claims: { cnf: { jkt: key.thumbprint } } })
    const answer = await withProof(path, await prove({ token: bound }), bound)
    expect(answer.status).toBe(403)
    expect(answer.challenge).toMatch(
      /^DPoP error="insufficient_scope", scope="read:admin-messages"/,
    )
  })
})

describe.each(PATHS)('a token that is not bound at %s', (path) => {
  it('is refused with the DPoP scheme', async () => {
    const plain = await fixture.issuer.mint({ claims: ADMIN })
    const proof = await key.prove({ url: urlOf(path), token: plain })
    const answer = await withProof(path, proof, plain)
    expect(answer.status).toBe(401)
    expect(answer.challenge).toMatch(/^DPoP error="invalid_token"/)
  })

  it('is refused as Bearer with a proof beside it', async () => {
    const plain = await fixture.issuer.mint({ claims: ADMIN })
    const proof = await key.prove({ url: urlOf(path), token: plain, claims: { jti: randomUUID() } })
    for (let i = 0; i < 2; i++) {
      const answer = await get(path, { authorization: `Bearer ${plain}`, dpop: proof })
      expect(answer.status).toBe(400)
      expect(answer.challenge).toMatch(/^Bearer error="invalid_request"/)
      expect((await get(path, { authorization: `Bearer ${plain}` })).status).toBe(200)
    }
  })
})

describe('a proof over the rate limit', () => {
  const limited = useServer({ env: { RATE_LIMIT_MAX: '3', RATE_LIMIT_WINDOW_SECONDS: '1' } })

  it.each(['public', 'protected'])('is not used up at %s', async (message) => {
    const url = `${limited.server.url}/api/messages/${message}`
    const bound = await limited.issuer.mint({
      claims: { sub: message, cnf: { jkt: key.thumbprint } },
    })
    const prove = () => key.prove({ url, token: bound })
    const send = async (dpop: string) =>
      (await fetch(url, { headers: { authorization: `DPoP ${bound}`, dpop } })).status
    let proof = await prove()
    while ((await send(proof)) === 200) proof = await prove()
    let status = await send(proof)
    while (status === 429) status = await send(proof)
    expect(status).toBe(200)
    expect(await send(proof)).toBe(message === 'public' ? 200 : 401)
  })

  it('counts for its subject once: a captured one is a failed authentication', async () => {
    const url = `${limited.server.url}/api/messages/protected`
    const bound = await limited.issuer.mint({
      claims: { sub: 'victim', cnf: { jkt: key.thumbprint } },
    })
    const send = async (dpop: string) => {
      const response = await fetch(url, { headers: { authorization: `DPoP ${bound}`, dpop } })
      return response.headers.get('ratelimit')
    }
    const proof = await key.prove({ url, token: bound })
    expect(await send(proof)).toMatch(/^"client"/)
    expect(await send(proof)).toMatch(/^"failed-authentication"/)
  })
})

describe('behind a proxy', () => {
  const proxied = useServer({ env: { PUBLIC_URL: 'https://api.example.com' } })

  it("a proof is for the server's public address", async () => {
    const path = '/api/messages/protected'
    const bound = await proxied.issuer.mint({ claims: { cnf: { jkt: key.thumbprint } } })
    const send = async (url: string) => {
      const proof = await key.prove({ url, token: bound })
      const headers = { authorization: `DPoP ${bound}`, dpop: proof }
      return (await fetch(`${proxied.server.url}${path}`, { headers })).status
    }
    expect(await send(`https://api.example.com${path}`)).toBe(200)
    expect(await send(`https://api.example.com:443${path}`)).toBe(200)
    expect(await send(`${proxied.server.url}${path}`)).toBe(401)
  })
})

describe('a production server that does not know its address', () => {
  const production = useServer({
    env: {
      NODE_ENV: 'production',
      CLIENT_ORIGIN_URL: 'https://app.example.com',
      RATE_LIMIT_FAILED_AUTH_MAX: '0',
    },
  })

  it.each([
    ['localhost', 200],
    ['api.example.com', 401],
  ])(
    'answers a proof for plain http at %s, which the Host names, with %i',
    async (host, status) => {
      const bound = await production.issuer.mint({
        claims: { ...ADMIN, cnf: { jkt: key.thumbprint } },
      })
      const proof = await key.prove({ url: `http://${host}/api/messages/admin`, token: bound })
      const lines = [
        'GET /api/messages/admin HTTP/1.1',
        `Host: ${host}`,
        'Connection: close',
        `Authorization: DPoP ${bound}`,
        `DPoP: ${proof}`,
      ]
      const { closed } = openRaw(production.server.port, `${lines.join('\r\n')}\r\n\r\n`)
      expect(await closed).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    },
  )
})

it('a proof is refused where its iat is no time', async () => {
  for (const iat of ['1e999', '-1e999']) {
    const proof = await key.prove({ url: urlOf(PATHS[0] ?? ''), token, iatText: iat })
    const answer = await withProof(PATHS[0] ?? '', proof)
    expect(answer.status).toBe(401)
  }
})
