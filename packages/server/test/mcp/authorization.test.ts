import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { bearer } from '../support/contract.ts'
import { createDpopKey } from '../support/dpop.ts'
import { useServer } from '../support/fixtures.ts'
import { createSigningKey } from '../support/issuer.ts'
import { callOf, connectMcp, postMessage } from '../support/mcp.ts'
import { seen, toolRouter } from '../support/mcp-router.ts'
import { startTestServer } from '../support/server.ts'
import { protectedProcedure, router } from '../support/trpc.ts'

const fixture = useServer({ router: toolRouter })

const METADATA = '/.well-known/oauth-protected-resource'
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

async function refusalOf(response: Response) {
  const body = (await response.json()) as { error: { message: string }; id: unknown }
  const challenge = response.headers.get('www-authenticate')
  return { status: response.status, challenge, id: body.id, message: body.error.message }
}

describe('a call of a protected tool', () => {
  it('is answered 401 with a bare challenge that names the metadata of the tools', async () => {
    expect(
      await refusalOf(await postMessage(fixture.server.url, callOf('reports_latest'))),
    ).toEqual({
      status: 401,
      challenge: expect.stringMatching(
        `^Bearer resource_metadata="${fixture.server.url}${METADATA}/mcp", DPoP algs=`,
      ) as string,
      id: 1,
      message: 'Requires authentication',
    })
  })

  it('is answered 401 invalid_token for a forged token, and the procedure does not run', async () => {
    const key = await createSigningKey('key-1')
    const headers = bearer(
      await fixture.issuer.mint({ key, claims: { permissions: ['delete:reports'] } }),
    )
    const call = callOf('reports_remove', { id: 'forged' })
    const refusal = await refusalOf(await postMessage(fixture.server.url, call, { headers }))
    expect(refusal).toMatchObject({ status: 401, message: 'Bad credentials' })
    expect(refusal.challenge).toContain('error="invalid_token"')
    expect(seen.deleted).not.toContain('forged')
  })

  it('is answered 403 insufficient_scope with the permission that is missing', async () => {
    const headers = bearer(await fixture.issuer.mint())
    const call = callOf('reports_remove', { id: 'denied' })
    const refusal = await refusalOf(await postMessage(fixture.server.url, call, { headers }))
    expect(refusal).toMatchObject({ status: 403, message: 'Permission denied' })
    expect(refusal.challenge).toContain('error="insufficient_scope"')
    expect(refusal.challenge).toContain('scope="delete:reports"')
    expect(seen.deleted).not.toContain('denied')
  })

  it('is answered 400 for a malformed header', async () => {
    const headers = { authorization: 'Bearer a b' }
    const refusal = await refusalOf(
      await postMessage(fixture.server.url, callOf('reports_latest'), { headers }),
    )
    expect(refusal.status).toBe(400)
    expect(refusal.challenge).toContain('error="invalid_request"')
  })

  it('is refused before its arguments are looked at', async () => {
    const response = await postMessage(fixture.server.url, callOf('reports_remove', { id: 7 }))
    expect(response.status).toBe(401)
  })
})

describe('a list of the tools', () => {
  it('is refused to a token that is not good, so that its client gets another', async () => {
    const headers = bearer(await fixture.issuer.mint({ claims: { exp: 1 } }))
    const refusal = await refusalOf(await postMessage(fixture.server.url, list, { headers }))
    expect(refusal).toMatchObject({ status: 401, message: 'Bad credentials' })
  })

  it('is not shared by caches', async () => {
    const response = await postMessage(fixture.server.url, list)
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  it('asks for a token at once where no tool is public', async () => {
    const closed = await startTestServer({
      issuer: fixture.issuer,
      router: router({
        own: protectedProcedure
          .meta({ mcp: true })
          .output(z.object({}))
          .query(() => ({})),
      }),
    })
    const initialize = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    }
    for (const message of [list, { ...list, method: 'initialize', params: initialize }]) {
      const refusal = await refusalOf(await postMessage(closed.url, message))
      expect(refusal).toMatchObject({ status: 401, message: 'Requires authentication' })
    }
    const client = await connectMcp(closed.url, { token: await fixture.issuer.mint() })
    expect((await client.listTools()).tools).toHaveLength(1)
    await closed.close()
  })
})

describe('a token that is bound to a key (RFC 9449)', () => {
  async function bound() {
    const { prove, thumbprint } = await createDpopKey()
    const claims = { permissions: ['delete:reports'], cnf: { jkt: thumbprint } }
    const token = await fixture.issuer.mint({ claims })
    const url = `${fixture.server.url}/mcp`
    const proof = (changes = {}) => prove({ url, method: 'POST', token, ...changes })
    return { token, proof }
  }
  const post = (message: unknown, token: string, dpop: string) =>
    postMessage(fixture.server.url, message, {
      headers: { authorization: `DPoP ${token}`, dpop },
    })

  it('lists and calls with a proof for each message, whatever its tools ask', async () => {
    const { token, proof } = await bound()
    const listed = await post(list, token, await proof())
    expect(await listed.text()).toContain('reports_remove')
    const called = await post(callOf('reports_latest'), token, await proof())
    expect(await called.json()).toMatchObject({ result: { structuredContent: { id: 'r1' } } })
  })

  it.each<[string, (own: Awaited<ReturnType<typeof bound>>) => Promise<string>]>([
    [
      'that was used before',
      async ({ token, proof }) => {
        const once = await proof()
        expect((await post(callOf('reports_latest'), token, once)).status).toBe(200)
        return once
      },
    ],
    [
      'of another key',
      async ({ token }) => {
        const { proof } = await bound()
        return proof({ token })
      },
    ],
    ['for another token', async ({ proof }) => proof({ token: await fixture.issuer.mint() })],
    ['for another method', ({ proof }) => proof({ method: 'GET' })],
    ['for another address', ({ proof }) => proof({ url: `${fixture.server.url}/trpc` })],
  ])('is refused with a proof %s', async (_, make) => {
    const own = await bound()
    const dpop = await make(own)
    for (const message of [list, callOf('reports_latest')]) {
      const refusal = await refusalOf(await post(message, own.token, dpop))
      expect(refusal).toMatchObject({ status: 401, message: 'Bad credentials' })
      expect(refusal.challenge).toContain('error="invalid_dpop_proof"')
    }
  })

  it('is refused without one', async () => {
    const headers = bearer((await bound()).token)
    for (const message of [list, callOf('reports_latest')]) {
      const refusal = await refusalOf(await postMessage(fixture.server.url, message, { headers }))
      expect(refusal).toMatchObject({ status: 401, message: 'Bad credentials' })
    }
  })
})

describe('a token in the URL', () => {
  it('is refused, even where none is needed', async () => {
    const path = `/mcp?access_token=${await fixture.issuer.mint()}`
    const response = await postMessage(fixture.server.url, callOf('hello', { name: 'Ada' }), {
      path,
    })
    expect(await refusalOf(response)).toMatchObject({
      status: 400,
      message: 'Bad Request: send the access token in the Authorization header, never in the URL',
    })
  })
})

describe('the metadata of the tools (RFC 9728)', () => {
  it('stands at the path form, for the address of the tools', async () => {
    const response = await fetch(`${fixture.server.url}${METADATA}/mcp`)
    expect(await response.json()).toEqual({
      resource: `${fixture.server.url}/mcp`,
      authorization_servers: [fixture.issuer.issuer],
      scopes_supported: ['delete:reports'],
      bearer_methods_supported: ['header'],
      resource_name: 'Messages API',
    })
    expect(await (await fetch(`${fixture.server.url}${METADATA}`)).json()).toMatchObject({
      resource: fixture.server.url,
    })
  })

  it('stands behind the path of a public address too', async () => {
    const env = { PUBLIC_URL: 'https://example.com/shop' }
    const other = await startTestServer({ issuer: fixture.issuer, env, router: toolRouter })
    for (const path of [`${METADATA}/mcp`, `${METADATA}/shop/mcp`]) {
      const response = await fetch(`${other.url}${path}`)
      expect(await response.json()).toMatchObject({ resource: 'https://example.com/shop/mcp' })
    }
    const refusal = await refusalOf(await postMessage(other.url, callOf('reports_latest')))
    expect(refusal.challenge).toContain(`"https://example.com/shop${METADATA}/mcp"`)
    await other.close()
  })
})

describe('a page in a browser', () => {
  const ORIGIN = 'http://localhost:4040'

  it('may call from an origin that CORS allows, and reads the challenge', async () => {
    const headers = { origin: ORIGIN }
    const response = await postMessage(fixture.server.url, callOf('reports_latest'), { headers })
    expect(response.status).toBe(401)
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(response.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate')
  })

  it('may send the headers of the protocol', async () => {
    const response = await fetch(`${fixture.server.url}/mcp`, {
      method: 'OPTIONS',
      headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-headers')).toContain('Mcp-Protocol-Version')
  })

  it.each(['https://evil.example', 'null', 'http://localhost.evil.example'])(
    'is answered 403 from %s, and the procedure does not run',
    async (origin) => {
      const token = await fixture.issuer.mint({ claims: { permissions: ['delete:reports'] } })
      const response = await postMessage(
        fixture.server.url,
        callOf('reports_remove', { id: origin }),
        {
          headers: { ...bearer(token), origin },
        },
      )
      expect(response.status).toBe(403)
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
      expect(seen.deleted).not.toContain(origin)
    },
  )
})
