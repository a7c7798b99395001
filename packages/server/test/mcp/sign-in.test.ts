import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type OAuthClientInformationMixed,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type OAuthTokens,
} from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { findFreePort, untilReady } from '../support/http.ts'
import { createBrowser, locationOf, press } from '../support/local-issuer.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { protectedProcedure, publicProcedure, requirePermissions, router } from '../support/trpc.ts'

const Who = z.object({ subject: z.string() })
const meta = { mcp: true } as const
const people = router({
  hello: publicProcedure
    .meta(meta)
    .output(z.object({}))
    .query(() => ({})),
  me: protectedProcedure
    .meta(meta)
    .output(Who)
    .query(({ ctx }) => ({ subject: ctx.token.subject ?? '' })),
  admin: protectedProcedure
    .use(requirePermissions('read:admin-messages'))
    .meta(meta)
    .output(Who)
    .query(({ ctx }) => ({ subject: ctx.token.subject ?? '' })),
})

let server: TestServer
beforeAll(async () => {
  const port = String(await findFreePort())
  const env = { HOST: 'localhost', PORT: port, LOCAL_ISSUER_PORT: '0' }
  const started = await startTestServer({ router: people, env })
  server = { ...started, url: `http://localhost:${port}` }
  await untilReady(server.url)
})
afterAll(() => server.close())

const REDIRECT = 'http://localhost:53682/callback'

/** What a client keeps from one step to the next. */
interface Kept {
  client?: OAuthClientInformationMixed
  tokens?: OAuthTokens
  found?: OAuthDiscoveryState
  verifier: string
}

/** An MCP client that knows nothing but the address of the server, and the person in front of it. */
function createApp(person: string, clientId?: string) {
  const kept: Kept = { verifier: '' }
  let answer = new URL(REDIRECT)
  const provider: OAuthClientProvider = {
    redirectUrl: REDIRECT,
    ...(clientId !== undefined && { clientMetadataUrl: clientId }),
    clientMetadata: {
      client_name: 'Test',
      redirect_uris: [REDIRECT],
      token_endpoint_auth_method: 'none',
    },
    clientInformation: () => kept.client,
    saveClientInformation: (client) => void (kept.client = client),
    tokens: () => kept.tokens,
    saveTokens: (tokens) => void (kept.tokens = tokens),
    saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
    codeVerifier: () => kept.verifier,
    saveDiscoveryState: (found) => void (kept.found = found),
    discoveryState: () => kept.found,
    redirectToAuthorization: async (url) => {
      const browser = createBrowser(url.origin)
      const page = locationOf(await browser.get(url))
      const resume = locationOf(await press(browser, page, person))
      answer = new URL(locationOf(await browser.get(resume)))
    },
  }
  const connect = async () => {
    const client = new Client({ name: 'test', version: '1.0.0' })
    const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
      authProvider: provider,
    })
    await client.connect(transport)
    return { client, signIn: () => transport.finishAuth(answer.searchParams) }
  }
  return { kept, connect }
}

async function signedIn(person: string, clientId?: string) {
  const app = createApp(person, clientId)
  const first = await app.connect()
  await expect(first.client.callTool({ name: 'me' })).rejects.toThrow(UnauthorizedError)
  await first.signIn()
  return { ...(await app.connect()), kept: app.kept }
}

const namesOf = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name)

describe('an MCP client without any configuration', () => {
  it('registers itself, signs its user in, and calls what the user may call', async () => {
    const { client, kept } = await signedIn('User')
    expect(kept.client?.client_id).toMatch(/^registered-/)
    expect(await namesOf(client)).toEqual(['hello', 'me'])
    const { structuredContent } = await client.callTool({ name: 'me' })
    expect(structuredContent).toHaveProperty('subject')
  })

  it('gives an admin all tools', async () => {
    const { client } = await signedIn('Admin')
    expect(await namesOf(client)).toEqual(['hello', 'me', 'admin'])
    expect(await client.callTool({ name: 'admin' })).toHaveProperty('structuredContent')
  })

  it('may be named by the address of its metadata document', async () => {
    const id = 'https://app.example.com/client.json'
    const { client, kept } = await signedIn('Admin', id)
    expect(kept.client?.client_id).toBe(id)
    expect(await namesOf(client)).toContain('admin')
  })
})

describe('a registration', () => {
  const register = async (body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.localIssuer ?? ''}oidc/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as { error?: string } }
  }

  it.each([
    [
      'of an address elsewhere',
      { redirect_uris: ['https://evil.example/'] },
      'invalid_redirect_uri',
    ],
    ['of no address', {}, 'invalid_client_metadata'],
    ['of addresses that are none', { redirect_uris: [7] }, 'invalid_client_metadata'],
    ['that is no JSON', '{', 'invalid_client_metadata'],
    ['that is null', 'null', 'invalid_client_metadata'],
  ])('%s is refused', async (_, body, error) => {
    expect(await register(body)).toMatchObject({ status: 400, body: { error } })
  })

  it('is let in from pages that may sign in', async () => {
    const url = `${server.localIssuer ?? ''}oidc/register`
    const preflight = async (origin: string) => {
      const headers = { origin, 'access-control-request-method': 'POST' }
      const response = await fetch(url, { method: 'OPTIONS', headers })
      return response.headers.get('access-control-allow-origin')
    }
    expect(await preflight('http://localhost:6274')).toBe('http://localhost:6274')
    expect(await preflight('https://evil.example')).toBeNull()
  })
})
