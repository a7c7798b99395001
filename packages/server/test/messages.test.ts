import { describe, expect, it } from 'vitest'
import { appRouter } from '../../../src/router.ts'
import { ask, bearer, MESSAGES, REFUSALS, TRANSPORTS } from './support/contract.ts'
import { useServer } from './support/fixtures.ts'
import { ADMIN } from './support/issuer.ts'

const fixture = useServer({ router: appRouter })
const metadata = () =>
  `resource_metadata="${fixture.server.url}/.well-known/oauth-protected-resource"`
const ALGS = 'algs="ES256 ES384 ES512 Ed25519 EdDSA PS256 RS256"'
const refusal = ({ status, message }: { status: number; message: string }) => ({
  status,
  body: JSON.stringify({ message }),
})

describe.each(TRANSPORTS)('%s', (transport) => {
  it('shares the public message with anyone, even with a token that is no good', async () => {
    const call = { transport, message: 'public' } as const
    expect(await ask(fixture.server.url, call)).toMatchObject({
      status: 200,
      body: MESSAGES.public,
    })
    const withBadToken = { ...call, headers: bearer('x') }
    expect(await ask(fixture.server.url, withBadToken)).toMatchObject({ status: 200 })
  })

  it('shares the protected message with any valid token', async () => {
    const headers = bearer(await fixture.issuer.mint())
    const answer = await ask(fixture.server.url, { transport, message: 'protected', headers })
    expect(answer).toMatchObject({ status: 200, body: MESSAGES.protected, challenge: null })
  })

  it('shares the admin message with a token that holds the permission', async () => {
    const headers = bearer(await fixture.issuer.mint({ claims: ADMIN }))
    const answer = await ask(fixture.server.url, { transport, message: 'admin', headers })
    expect(answer).toMatchObject({ status: 200, body: MESSAGES.admin, challenge: null })
  })

  it.each([['bearer'], ['BEARER'], ['BeArEr ']])('takes the scheme as "%s"', async (scheme) => {
    const headers = { authorization: `${scheme} ${await fixture.issuer.mint()}` }
    const answer = await ask(fixture.server.url, { transport, message: 'protected', headers })
    expect(answer.status).toBe(200)
  })

  it.each(['protected', 'admin'] as const)(
    'asks for a token for the %s message, with a bare challenge',
    async (message) => {
      for (const authorization of [undefined, 'Basic dXNlcjpwYXNz', 'Bearertoken x', '']) {
        const headers = authorization === undefined ? {} : { authorization }
        const answer = await ask(fixture.server.url, { transport, message, headers })
        expect(answer).toMatchObject({
          ...refusal(REFUSALS.missing),
          challenge: `Bearer ${metadata()}, DPoP ${ALGS}`,
        })
      }
    },
  )

  it.each([
    ['no token', 'Bearer'],
    ['two parts', 'Bearer one two'],
    ['a comma', 'Bearer one,two'],
    ['characters outside b64token', 'Bearer a$b'],
    ['padding in the middle', 'Bearer a=b'],
    ['quotes', 'Bearer "abc"'],
  ])('refuses a header with %s', async (_, authorization) => {
    const answer = await ask(fixture.server.url, {
      transport,
      message: 'protected',
      headers: { authorization },
    })
    expect(answer).toMatchObject({
      ...refusal(REFUSALS.malformedHeader),
      challenge: `Bearer error="invalid_request", ${metadata()}`,
    })
  })

  it('refuses a token that expired, and says so', async () => {
    const headers = bearer(await fixture.issuer.mint({ at: Date.now() / 1000 - 7200 }))
    const answer = await ask(fixture.server.url, { transport, message: 'protected', headers })
    expect(answer).toMatchObject({
      ...refusal(REFUSALS.badToken),
      challenge: `Bearer error="invalid_token", error_description="The access token expired", ${metadata()}`,
    })
  })

  it('refuses a valid token without the permission, and names it', async () => {
    const headers = bearer(await fixture.issuer.mint({ claims: { permissions: ['read:other'] } }))
    const answer = await ask(fixture.server.url, { transport, message: 'admin', headers })
    expect(answer).toMatchObject({
      ...refusal(REFUSALS.noPermission),
      challenge: `Bearer error="insufficient_scope", scope="read:admin-messages", ${metadata()}`,
    })
  })
})
