import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { publicProcedure, router } from '../support/trpc.ts'
import { describeInBrowser, launchBrowser } from '../support/browser.ts'
import { MESSAGES } from '../support/contract.ts'
import { createDpopKey } from '../support/dpop.ts'
import { findFreePort, untilReady } from '../support/http.ts'
import { startIssuer, type TestIssuer } from '../support/issuer.ts'
import { hasNginx, startNginx, type TestNginx } from '../support/nginx.ts'
import { testRouter } from '../support/router.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { createTestClient } from '../support/test-client.ts'

const Item = z.object({ id: z.string(), q: z.string() })
const items = router({
  item: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/items/{id}' } })
    .input(Item)
    .output(Item)
    .query(({ input }) => input),
})

/** `https://example.com/messages/`: nginx takes the path off, and PUBLIC_URL says where clients are. */
describe.skipIf(!hasNginx)('a server under a path behind nginx', () => {
  let issuer: TestIssuer
  let nginx: TestNginx
  let server: TestServer
  let url: string
  beforeAll(async () => {
    const port = await findFreePort()
    issuer = await startIssuer()
    nginx = await startNginx([port, port], '/messages/')
    url = `${nginx.url}/messages`
    server = await startTestServer({
      issuer,
      router: router({ messages: testRouter.messages, items }),
      env: { PORT: String(port), PUBLIC_URL: `${url}/`, TRUST_PROXY: '1' },
    })
    await untilReady(url)
  })
  afterAll(async () => {
    await server.close()
    await nginx.end()
    await issuer.close()
  })

  it('names in a challenge the metadata of the address that was called', async () => {
    const refusal = await fetch(`${url}/api/messages/protected`)
    const challenge = refusal.headers.get('www-authenticate')
    const metadata = `${url}/.well-known/oauth-protected-resource`
    expect(challenge).toContain(`resource_metadata="${metadata}"`)
    expect(await (await fetch(metadata)).json()).toMatchObject({ resource: url })
  })

  it('has its metadata where RFC 9728 puts that of a resource with a path', async () => {
    const metadata = `${nginx.url}/.well-known/oauth-protected-resource/messages`
    expect(await (await fetch(metadata)).json()).toMatchObject({ resource: url })
  })

  it('is asked for what the client wrote, %2F and query included', async () => {
    const answer = await fetch(`${url}/api/items/a%2Fb%20c?q=x%2Fy%26z`)
    expect(await answer.json()).toEqual({ id: 'a/b c', q: 'x/y&z' })
  })

  it('is not asked under another spelling of its path', async () => {
    expect((await fetch(`${nginx.url}/%6dessages/api/messages/public`)).status).toBe(400)
  })

  it('takes a DPoP proof for the address that was called, and for no other', async () => {
    const key = await createDpopKey()
    const token = await issuer.mint({ claims: { cnf: { jkt: key.thumbprint } } })
    const call = async (htu: string) => {
      const dpop = await key.prove({ url: htu, token })
      const headers = { authorization: `DPoP ${token}`, dpop }
      return (await fetch(`${url}/api/messages/protected`, { headers })).status
    }
    expect(await call(`${url}/api/messages/protected`)).toBe(200)
    expect(await call(`${nginx.url}/api/messages/protected`)).toBe(401)
  })

  it('answers the typed client', async () => {
    const client = createTestClient({ url, getAccessToken: () => issuer.mint() })
    expect(JSON.stringify(await client.messages.protected.query())).toBe(MESSAGES.protected)
  })

  it('leads from its address to the docs page', async () => {
    const answer = await fetch(`${url}/`)
    expect([answer.status, answer.url]).toEqual([200, `${url}/docs`])
  })

  describeInBrowser('the docs page', () => {
    it('loads everything from below the path', async () => {
      const browser = await launchBrowser()
      const page = await browser.newPage()
      const failed: string[] = []
      page.on('response', (response) => {
        if (!response.ok() || !response.url().startsWith(url)) failed.push(response.url())
      })
      await page.goto(`${url}/docs`)
      await page.locator('.opblock').first().waitFor()
      expect(failed).toEqual([])
      await browser.close()
    })
  })
})
