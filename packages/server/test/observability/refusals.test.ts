import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bearer } from '../support/contract.ts'
import { useServer } from '../support/fixtures.ts'
import { AUDIENCE, startIssuer, type TestIssuer, type TokenOptions } from '../support/issuer.ts'
import { startServerProcess, untilReady } from '../support/server-process.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

describe('at debug, the log of a refusal', () => {
  const fixture = useServer({ env: { PERMISSIONS_CLAIM: 'realm_access.roles' } })

  /** The lines of a request with this token, other than its own. */
  async function linesOf(token: string, path: string) {
    const response = await fetch(`${fixture.server.url}${path}`, { headers: bearer(token) })
    const id = response.headers.get('x-request-id')
    const lines = () => fixture.server.log.filter(({ requestId }) => requestId === id)
    await expect.poll(() => lines().some(({ msg }) => msg === 'request')).toBe(true)
    return {
      details: lines().filter(({ msg }) => msg !== 'request'),
      request: lines().find(({ msg }) => msg === 'request'),
    }
  }
  const mint = (options: TokenOptions) => fixture.issuer.mint(options)
  const expected = () => ({ iss: fixture.issuer.issuer, aud: [AUDIENCE], alg: ['RS256'] })
  const own = () => ({
    iss: fixture.issuer.issuer,
    aud: JSON.stringify([AUDIENCE, `${fixture.issuer.issuer}userinfo`]),
    typ: 'JWT',
    alg: 'RS256',
    kid: 'key-1',
  })

  it.each<[string, TokenOptions, object]>([
    ['audience', { claims: { aud: 'https://a.example.com' } }, { aud: 'https://a.example.com' }],
    ['issuer', { claims: { iss: 'https://b.example.com/' } }, { iss: 'https://b.example.com/' }],
    ['unknown_key', { header: { kid: 'k'.repeat(999) } }, { kid: 'k'.repeat(200) }],
    ['type', { header: { typ: 'id+jwt' } }, { typ: 'id+jwt' }],
    ['expired', { at: 1e6 }, {}],
  ])('tells what the token says, and what was expected: %s', async (refusal, options, says) => {
    const { details, request } = await linesOf(await mint(options), '/api/messages/protected')
    expect(details).toEqual([
      expect.objectContaining({
        level: 20,
        msg: 'token refused',
        refusal,
        token: { ...own(), ...says },
        expected: expected(),
      }),
    ])
    expect(request).toMatchObject({ status: 401, refusal })
  })

  it('tells nothing of a token that can not be read', async () => {
    const { details } = await linesOf('opaque-token', '/api/messages/protected')
    expect(details).toEqual([expect.objectContaining({ refusal: 'opaque', token: {} })])
  })

  it.each([
    ['/api/messages/admin', {}, 'no such claim'],
    ['/trpc/messages.admin', { realm_access: { roles: ['a', 'b'] } }, 'an array of 2'],
    ['/trpc/messages.admin?batch=1&input=%7B%7D', { realm_access: { roles: { a: 1 } } }, 'object'],
  ])('tells which claim had no permission: %s', async (path, claims, found) => {
    const { details, request } = await linesOf(await mint({ claims }), path)
    const refusal = 'insufficient_scope'
    expect(details).toEqual([
      expect.objectContaining({
        refusal,
        token: own(),
        permissions: { claim: 'realm_access.roles', found, needed: ['read:admin-messages'] },
      }),
    ])
    expect(request).toMatchObject({ status: 403, refusal, subject: 'auth0|someone' })
  })

  it('tells no more for requests without a token, and for tokens that are taken', async () => {
    const response = await fetch(`${fixture.server.url}/api/messages/protected`)
    const id = response.headers.get('x-request-id')
    const { details } = await linesOf(await mint({}), '/api/messages/protected')
    expect(details).toEqual([])
    expect(fixture.server.log.filter(({ requestId }) => requestId === id)).toHaveLength(1)
  })
})

describe('at info, the log of a refusal', () => {
  it('is the line of the request alone', async () => {
    const issuer = await startIssuer()
    const server = await startServerProcess({ issuer })
    await untilReady(server)
    const headers = bearer(await issuer.mint({ at: 1e6 }))
    await fetch(`${server.url}/api/messages/protected`, { headers })
    server.signal('SIGTERM')
    await server.exit
    expect(server.output()).toContain('"refusal":"expired"')
    expect(server.output()).not.toContain('token refused')
    await issuer.close()
  })
})

describe('the log of failures to fetch the keys', () => {
  let issuer: TestIssuer
  let server: TestServer
  beforeAll(async () => {
    issuer = await startIssuer()
    await issuer.kill()
    server = await startTestServer({ issuer })
  })
  afterAll(async () => {
    await server.close()
    await issuer.close()
  })

  const warnings = () => server.log.filter(({ level }) => Number(level) >= 40)
  const untilTold = (fault: object) =>
    expect.poll(() => warnings().at(-1)).toMatchObject({ level: 40, ...fault })

  it('names each new kind, with address, status and both issuers, and none twice', async () => {
    const address = `${issuer.url}/.well-known/openid-configuration`
    await untilTold({ fault: 'unreachable', address, code: 'ECONNREFUSED' })
    issuer.answer = (_req, res) => res.writeHead(503).end()
    await issuer.revive()
    await untilTold({ fault: 'status', address, status: 503 })
    issuer.answer = undefined
    issuer.issuer = 'https://other.example.com/'
    const issuers = { expectedIssuer: issuer.url, actualIssuer: 'https://other.example.com/' }
    await untilTold({ fault: 'other_issuer', address, ...issuers })
    expect(warnings()).toHaveLength(3)
    expect(warnings().map(({ msg }) => msg)).toEqual([
      `the issuer's keys could not be fetched: ${address} can't be reached (ECONNREFUSED)`,
      `the issuer's keys could not be fetched: ${address} answered with status 503`,
      expect.stringContaining('is for the issuer "https://other.example.com/", not for'),
    ])
    expect(warnings().some(({ err, stack }) => err ?? stack)).toBe(false)
  })

  it('has no line for what is answered meanwhile but the line of the request', async () => {
    const before = warnings().length
    const headers = bearer(await issuer.mint())
    for (const path of ['/readyz', '/api/messages/admin', '/trpc/messages.admin']) {
      expect((await fetch(`${server.url}${path}`, { headers })).status).toBe(503)
    }
    expect(warnings()).toHaveLength(before)
  })

  it('never has the secrets of an address', async () => {
    issuer.issuer = `${issuer.url}/`
    const answerWith = (jwks_uri: string) => {
      const metadata = JSON.stringify({ ...issuer.metadata(), jwks_uri })
      issuer.answer = (_req, res) => res.end(metadata)
    }
    answerWith(`${issuer.url.replace('://', '://user:s3cret@')}/keys`)
    await untilTold({ fault: 'no_metadata' })
    answerWith(`${issuer.url}/keys?code=s3cret`)
    await untilTold({ fault: 'no_key_set', address: `${issuer.url}/keys` })
    expect(JSON.stringify(server.log)).not.toContain('s3cret')
  })
})
