import { beforeAll, expect, it } from 'vitest'
import { ask, bearer } from '../../server/test/support/contract.ts'
import { createDpopKey } from '../../server/test/support/dpop.ts'
import { useServer } from '../../server/test/support/fixtures.ts'
import { createSigningKey } from '../../server/test/support/issuer.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const fixture = useServer({ env: { TOKEN_SIGNING_ALGS: 'RS256,ES256' } })

beforeAll(async () => {
  fixture.issuer.keys = [...fixture.issuer.keys, await createSigningKey('ES256', 'ES256')]
})

/** Every text that decodes to the same bytes, the canonical one included. */
const textsOf = (token: string) =>
  Array.from(ALPHABET)
    .map((last) => `${token.slice(0, -1)}${last}`)
    .filter((text) => Buffer.from(signatureOf(text), 'base64url').equals(bytesOf(token)))
const signatureOf = (token: string) => token.split('.')[2] ?? ''
const bytesOf = (token: string) => Buffer.from(signatureOf(token), 'base64url')

it.each([
  ['RS256', 16],
  ['ES256', 16],
])('a token signed with %s is accepted in one text of %d', async (alg, count) => {
  const key = fixture.issuer.keys.find((candidate) => candidate.alg === alg)
  const token = await fixture.issuer.mint(key && { key })
  const texts = textsOf(token)
  expect(texts).toHaveLength(count)
  for (const text of [...texts, token]) {
    const call = { transport: 'REST', message: 'protected', headers: bearer(text) } as const
    const { status } = await ask(fixture.server.url, call)
    expect(status).toBe(text === token ? 200 : 401)
  }
})

it('a proof is accepted in one text', async () => {
  const key = await createDpopKey()
  const token = await fixture.issuer.mint({ claims: { cnf: { jkt: key.thumbprint } } })
  const url = `${fixture.server.url}/api/messages/protected`
  const proof = await key.prove({ url, token })
  for (const dpop of [...textsOf(proof).filter((text) => text !== proof), proof]) {
    const { status } = await fetch(url, { headers: { authorization: `DPoP ${token}`, dpop } })
    expect(status).toBe(dpop === proof ? 200 : 401)
  }
})
