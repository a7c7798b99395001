import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bearer } from '../../server/test/support/contract.ts'
import { useServer } from '../../server/test/support/fixtures.ts'

const fixture = useServer()
const STATUSES = [200, 400, 401, 403]
const RUNS = { numRuns: 200 }
async function statusOf(path: string, headers: Record<string, string>): Promise<number> {
  const response = await fetch(`${fixture.server.url}${path}`, { headers })
  await response.arrayBuffer()
  return response.status
}

/** What a client can put into a header at all: visible Latin-1, space and tab. */
const headerText = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 300,
})

const part = fc.oneof(
  fc.base64String({ maxLength: 60 }).map((text) => text.replace(/=+$/, '')),
  fc.json({ maxDepth: 2 }).map((text) => Buffer.from(text).toString('base64url')),
  fc
    .record(
      {
        alg: fc.oneof(fc.constantFrom('RS256', 'none', 'HS256', 'ES256'), fc.anything()),
        kid: fc.oneof(fc.constant('key-1'), fc.anything()),
        typ: fc.oneof(fc.constantFrom('JWT', 'at+jwt'), fc.anything()),
        crit: fc.anything(),
        jwk: fc.anything(),
      },
      { requiredKeys: [] },
    )
    .map((header) => Buffer.from(JSON.stringify(header)).toString('base64url')),
)
const tokenText = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('.'))

describe.each(['/api/messages/admin', '/trpc/messages.admin'])('whatever is sent to %s', (path) => {
  it('whatever is sent as Authorization, the answer is one of the contract', async () => {
    await fc.assert(
      fc.asyncProperty(headerText, async (authorization) => {
        expect(STATUSES).toContain(await statusOf(path, { authorization }))
      }),
      RUNS,
    )
  })

  it('whatever is sent as a token, the answer is one of the contract', async () => {
    await fc.assert(
      fc.asyncProperty(tokenText, fc.constantFrom('Bearer', 'DPoP'), async (token, scheme) => {
        const headers = { authorization: `${scheme} ${token}` }
        expect([400, 401]).toContain(await statusOf(path, headers))
      }),
      RUNS,
    )
  })

  it('whatever is sent as claims of a token that the issuer signed, the answer is one of the contract', async () => {
    const anyClaims = fc.record(
      {
        permissions: fc.anything(),
        exp: fc.anything(),
        nbf: fc.anything(),
        iat: fc.anything(),
        aud: fc.anything(),
        sub: fc.anything(),
        cnf: fc.anything(),
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(anyClaims, async (claims) => {
        const plain = JSON.parse(
          JSON.stringify(claims, (_key, value: unknown) =>
            typeof value === 'bigint' ? String(value) : value,
          ),
        ) as Record<string, unknown>
        const headers = bearer(await fixture.issuer.mint({ claims: plain }))
        expect(STATUSES).toContain(await statusOf(path, headers))
      }),
      RUNS,
    )
  })
})
