import { fetchToken } from '@trpc-hybrid/dev-issuer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conformanceRouter } from '../support/mcp-programs-router.ts'
import { findFreePort, untilReady } from '../support/http.ts'
import { emptyApp } from '../support/install.ts'
import { AUDIENCE } from '../support/issuer.ts'
import { createBrowser, locationOf, press } from '../support/local-issuer.ts'
import { run } from '../support/process.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

/** Programs of the protocol's makers, which need a newer Node.js than this server. */
const PROGRAMS = {
  /** The first one that knows the revision 2026-07-28. */
  conformance: '@modelcontextprotocol/conformance@0.2.0-alpha.12',
  'mcp-inspector': '@modelcontextprotocol/inspector@2.12.0',
}

let server: TestServer
let url: string
beforeAll(async () => {
  const port = await findFreePort()
  const env = { HOST: 'localhost', PORT: String(port), LOCAL_ISSUER_PORT: '0' }
  server = await startTestServer({ router: conformanceRouter, env })
  url = `http://localhost:${port}`
  await untilReady(url)
})
afterAll(() => server.close())

function runProgram(name: keyof typeof PROGRAMS, args: readonly string[]) {
  const packages = ['-p', 'node@24', '-p', PROGRAMS[name]]
  return run(['npx', '--yes', '--loglevel', 'error', ...packages, name, ...args], {
    cwd: emptyApp({}),
  })
}

/** The scenarios of which every check passed. */
const passedOf = (output: string) =>
  [...output.matchAll(/^✓ (\S+): [1-9]\d* passed, 0 failed$/gm)].map(([, name]) => name).sort()

describe('the conformance suite of the protocol', () => {
  it.each([
    [
      '2025-11-25',
      ['dns-rebinding-protection', 'ping', 'server-initialize'],
      ['tools-call-error', 'tools-call-simple-text', 'tools-list'],
    ],
    [
      '2026-07-28',
      ['dns-rebinding-protection', 'http-header-validation'],
      [
        ...['input-required-result-ignore-extra-params'],
        ...['input-required-result-missing-input-response'],
        ...['input-required-result-unsupported-methods', 'input-required-result-validate-input'],
        ...['sep-2164-resource-not-found', 'server-sse-multiple-streams'],
        ...['tools-call-error', 'tools-call-simple-text', 'tools-list'],
      ],
    ],
  ])('passes what %s asks of a server that has tools alone', async (revision, ...expected) => {
    const about = ['--url', `${url}/mcp`, '--requirements', revision]
    const program = runProgram('conformance', ['server', ...about])
    await program.exit
    expect(passedOf(program.output())).toEqual(expected.flat())
  })

  it('passes with the local issuer, as its users sign in', async () => {
    const callbackPort = await findFreePort()
    const issuer = server.localIssuer ?? ''
    const registration = await fetch(`${issuer}oidc/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        redirect_uris: [`http://127.0.0.1:${callbackPort}/callback`],
        token_endpoint_auth_method: 'none',
      }),
    })
    const { client_id: client } = (await registration.json()) as { client_id: string }
    const program = runProgram('conformance', [
      ...['authorization', '--url', issuer, '--port', String(callbackPort)],
      ...['--client-id', client, '--resource', `${url}/mcp`],
    ])
    const [address] = await program.printed(/http:\S+\/authorize\?\S+(?=\s)/)
    await program.printed(/Callback server started/)
    const browser = createBrowser(issuer)
    const page = locationOf(await browser.get(address))
    const resume = locationOf(await press(browser, page, 'Admin'))
    await fetch(locationOf(await browser.get(resume)))
    expect(await program.exit, program.output()).toBe(0)
    expect(passedOf(program.output())).toEqual([
      'authorization-code-grant',
      'authorization-server-metadata-endpoint',
    ])
  })
})

describe('the command line of the inspector', () => {
  async function inspect(...args: string[]) {
    const where = ['--cli', `${url}/mcp`, '--transport', 'http']
    const program = runProgram('mcp-inspector', [...where, ...args])
    await program.exit
    return JSON.parse(program.output()) as { readonly tools?: readonly { name: string }[] }
  }
  const list = ['--method', 'tools/list']
  const call = ['--method', 'tools/call', '--tool-name']

  it('lists and calls public tools without a token', async () => {
    const { tools } = await inspect(...list)
    expect(tools?.map(({ name }) => name)).toEqual(['test_simple_text', 'test_error_handling'])
    expect(await inspect(...call, 'test_simple_text')).toMatchObject({
      content: [{ type: 'text', text: 'This is a simple text response for testing.' }],
    })
  })

  it('lists and calls what a token may call', async () => {
    const token = await fetchToken({
      issuer: server.localIssuer ?? '',
      audience: AUDIENCE,
      redirectUri: 'http://localhost:4040/',
      person: 'admin',
    })
    const signedIn = ['--header', `Authorization: Bearer ${token}`]
    const { tools } = await inspect(...list, ...signedIn)
    expect(tools?.map(({ name }) => name)).toContain('whoami')
    expect(await inspect(...call, 'whoami', ...signedIn)).toMatchObject({
      content: [{ type: 'text', text: 'auth0|local-admin' }],
    })
  })
})
