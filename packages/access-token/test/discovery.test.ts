import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Fetch } from '@trpc-hybrid/access-token/engine'
import { ask, bearer } from '../../server/test/support/contract.ts'
import { sendJson, startIssuer, type TestIssuer } from '../../server/test/support/issuer.ts'
import { startTestServer, type TestServer } from '../../server/test/support/server.ts'

let issuer: TestIssuer
let server: TestServer | undefined
beforeAll(async () => {
  issuer = await startIssuer()
})
afterEach(async () => {
  issuer.answer = undefined
  await server?.close()
  server = undefined
})
afterAll(() => issuer.close())

/** Where the issuer is to be had over https too. */
const SECURE = 'https://id.example.com'

async function statusWith(env: Record<string, string>, iss = issuer.issuer): Promise<number> {
  const secureFetch: Fetch = (url, init) => fetch(url.replace(SECURE, issuer.url), init)
  server = await startTestServer({ issuer, env, fetch: secureFetch })
  const headers = bearer(await issuer.mint({ claims: { iss } }))
  return (await ask(server.url, { transport: 'REST', message: 'protected', headers })).status
}

/** Answers at these paths alone, as the issuer does at its own. */
function answerAt(documents: Record<string, unknown>): void {
  issuer.answer = (req, res) => {
    const document = documents[req.url ?? '']
    if (document === undefined) res.writeHead(404).end()
    else if (typeof document === 'string') res.end(document)
    else sendJson(res, document)
  }
}

const at = (issuerUrl: string) => ({ ...issuer.metadata(), issuer: issuerUrl })
const withKeys = (documents: Record<string, unknown>) => ({
  ...documents,
  '/.well-known/jwks.json': issuer.jwks(),
})

describe('discovery', () => {
  it.each(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'])(
    'starts from the issuer where the address of a document was pasted: %s',
    async (path) => {
      expect(await statusWith({ ISSUER_BASE_URL: `${issuer.url}${path}` })).toBe(200)
    },
  )

  it('asks for the document of RFC 8414 where there is none of OpenID', async () => {
    const url = `${issuer.url}/tenant/one`
    answerAt(withKeys({ '/.well-known/oauth-authorization-server/tenant/one': at(url) }))
    expect(await statusWith({ ISSUER_BASE_URL: url }, url)).toBe(200)
    const pasted = `${issuer.url}/.well-known/oauth-authorization-server/tenant/one`
    await server?.close()
    expect(await statusWith({ ISSUER_BASE_URL: pasted }, url)).toBe(200)
  })

  it('asks for no other document where the issuer fails', async () => {
    issuer.requests.length = 0
    issuer.answer = (_req, res) => res.writeHead(500).end()
    expect(await statusWith({})).toBe(503)
    expect(issuer.requests).not.toContain('/.well-known/oauth-authorization-server')
  })

  it('passes over a byte order mark', async () => {
    const document = `\uFEFF${JSON.stringify(at(issuer.issuer))}`
    answerAt(withKeys({ '/.well-known/openid-configuration': document }))
    expect(await statusWith({})).toBe(200)
  })

  it('lets no password that a document holds come into the log', async () => {
    const secret = (url: string) => url.replace('://', '://user:s3cret@')
    for (const name of [
      'issuer',
      'jwks_uri',
      'authorization_endpoint',
      'token_endpoint',
    ] as const) {
      const metadata = { ...issuer.metadata(), [name]: secret(issuer.metadata()[name]) }
      answerAt(withKeys({ '/.well-known/openid-configuration': metadata }))
      const isNeeded = ['issuer', 'jwks_uri'].includes(name)
      expect(await statusWith({})).toBe(isNeeded ? 503 : 200)
      const description = await fetch(`${server?.url}/api/openapi.json`)
      expect(JSON.stringify(server?.log) + (await description.text())).not.toContain('s3cret')
      await server?.close()
    }
  })

  it.each(['data:application/json,{"keys":[]}', 'ftp://127.0.0.1/jwks', 'jwks.json'])(
    'refuses a jwks_uri that is no web address: %s',
    async (jwks_uri) => {
      const metadata = { ...at(issuer.issuer), jwks_uri }
      answerAt(withKeys({ '/.well-known/openid-configuration': metadata }))
      expect(await statusWith({})).toBe(503)
    },
  )

  it('takes keys over https from an issuer on loopback', async () => {
    const metadata = { ...at(issuer.issuer), jwks_uri: `${SECURE}/.well-known/jwks.json` }
    answerAt(withKeys({ '/.well-known/openid-configuration': metadata }))
    expect(await statusWith({})).toBe(200)
  })

  it('takes no keys without https from an issuer on https', async () => {
    answerAt(withKeys({ '/.well-known/openid-configuration': at(SECURE) }))
    expect(await statusWith({ ISSUER_BASE_URL: SECURE }, SECURE)).toBe(503)
  })
})

describe('JWKS_URI', () => {
  const jwksUri = () => ({ JWKS_URI: `${issuer.url}/.well-known/jwks.json` })

  it.each([
    'http://adfs.example.com/adfs/services/trust',
    'https://tenant.b2clogin.com/00000000-0000-0000-0000-000000000000/v2.0/',
    'authentik',
  ])('needs no discovery: ISSUER_BASE_URL is what iss says, to the letter: %s', async (iss) => {
    const env = { ...jwksUri(), ISSUER_BASE_URL: iss }
    issuer.requests.length = 0
    expect(await statusWith(env, iss)).toBe(200)
    expect(issuer.requests).toEqual(['/.well-known/jwks.json'])
    const headers = bearer(await issuer.mint({ claims: { iss: `${iss}/` } }))
    const call = { transport: 'REST', message: 'protected', headers } as const
    expect((await ask(server?.url ?? '', call)).status).toBe(401)
  })

  it('is asked with its query', async () => {
    const keys = `${issuer.url}/keys?p=b2c_1_sign_in`
    answerAt({ '/keys?p=b2c_1_sign_in': issuer.jwks() })
    expect(await statusWith({ JWKS_URI: keys, ISSUER_BASE_URL: issuer.issuer })).toBe(200)
  })

  it('leaves an issuer that is no URL out of the metadata of the resource', async () => {
    await statusWith({ ...jwksUri(), ISSUER_BASE_URL: 'authentik' }, 'authentik')
    const response = await fetch(`${server?.url}/.well-known/oauth-protected-resource`)
    expect(await response.json()).toMatchObject({ authorization_servers: [] })
  })
})
