import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ask, bearer, type Call } from '../../server/test/support/contract.ts'
import {
  ADMIN,
  ADMIN_PERMISSION,
  startIssuer,
  type TestIssuer,
} from '../../server/test/support/issuer.ts'
import { startTestServer, type TestServer } from '../../server/test/support/server.ts'

let issuer: TestIssuer
let server: TestServer | undefined
beforeAll(async () => {
  issuer = await startIssuer()
})
afterEach(async () => {
  await server?.close()
  server = undefined
})
afterAll(() => issuer.close())

type Claims = Record<string, unknown>

/** Starts a server with the settings given, and asks it with a token of each claims. */
async function statuses(env: Record<string, string>, claims: Claims[], message: Call['message']) {
  server = await startTestServer({ issuer, env })
  const { url } = server
  return Promise.all(
    claims.map(async (own) => {
      const headers = bearer(await issuer.mint({ claims: own }))
      return (await ask(url, { transport: 'REST', message, headers })).status
    }),
  )
}

describe('AUTH0_AUDIENCE', () => {
  it('may name several, any one of which is enough', async () => {
    const env = { AUTH0_AUDIENCE: 'https://one.example.com, api://two' }
    const claims = ['https://one.example.com', ['x', 'api://two'], 'x', 'one.example.com'].map(
      (aud) => ({ aud }),
    )
    expect(await statuses(env, claims, 'protected')).toEqual([200, 200, 401, 401])
  })
})

describe('AUDIENCE_CLAIM', () => {
  it.each(['client_id', 'azp'])('%s takes tokens of that client that have no aud', async (name) => {
    const env = { AUTH0_AUDIENCE: 'spa', AUDIENCE_CLAIM: name }
    const other = name === 'azp' ? 'client_id' : 'azp'
    const claims = [{ [name]: 'spa' }, { [name]: 'other' }, { [other]: 'spa' }, {}]
    const withoutAud = claims.map((own) => ({ aud: undefined, ...own }))
    expect(await statuses(env, withoutAud, 'protected')).toEqual([200, 401, 401, 401])
  })

  it('has an aud that is there match too', async () => {
    const env = { AUTH0_AUDIENCE: 'spa', AUDIENCE_CLAIM: 'client_id' }
    const claims = [{ aud: 'spa' }, { aud: ['x', 'spa'] }, { aud: 'x' }, { aud: [] }, { aud: null }]
    const withClient = claims.map((own) => ({ client_id: 'spa', ...own }))
    expect(await statuses(env, withClient, 'protected')).toEqual([200, 200, 401, 401, 401])
  })
})

describe('PERMISSIONS_CLAIM', () => {
  const roles = [ADMIN_PERMISSION]

  it.each<[string, Claims]>([
    ['realm_access.roles', { realm_access: { roles } }],
    ['resource_access.my.client.roles', { resource_access: { 'my.client': { roles } } }],
    ['https://example.com/claims.roles', { 'https://example.com/claims': { roles } }],
    ['https://example.com/roles', { 'https://example.com/roles': roles }],
    ['a.b.c', { a: { b: { c: [] } }, 'a.b': { c: roles } }], // the longest key is taken
    ['scope', { scope: `openid ${ADMIN_PERMISSION}` }],
    ['scp', { scp: ADMIN_PERMISSION }],
    ['scp', { scp: ['openid', ADMIN_PERMISSION] }],
    ['app.role', { app: { role: ADMIN_PERMISSION } }],
  ])('%s finds the permission in %o', async (name, claims) => {
    expect(await statuses({ PERMISSIONS_CLAIM: name }, [claims], 'admin')).toEqual([200])
  })

  it.each<[string, Claims]>([
    ['permissions', { permissions: ADMIN_PERMISSION }], // Auth0's is an array, or it is not Auth0's
    ['permissions', { scope: ADMIN_PERMISSION }],
    ['a.b.c', { a: { b: { c: roles } }, 'a.b': {} }], // the longest key is taken, and nothing is in it
    ['scope', { scope: `${ADMIN_PERMISSION}s` }],
    ['scope', { scope: ADMIN_PERMISSION.replace(':', ': ') }],
    ['scope', { scope: `openid\t${ADMIN_PERMISSION}` }],
    ['roles', { ...ADMIN, scope: ADMIN_PERMISSION }],
    ['roles.length', { roles }],
    ['__proto__.roles', {}],
  ])('%s finds no permission in %o', async (name, claims) => {
    expect(await statuses({ PERMISSIONS_CLAIM: name }, [claims], 'admin')).toEqual([403])
  })
})
