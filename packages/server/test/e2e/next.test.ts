import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fetchToken } from '@trpc-hybrid/dev-issuer'
import { createTRPCClient, httpBatchStreamLink } from '@trpc/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bearer } from '../support/contract.ts'
import { findFreePort } from '../support/http.ts'
import { emptyApp, packInto, succeed } from '../support/install.ts'
import {
  API,
  APP,
  createBrowser,
  locationOf,
  press,
  startTestIssuer,
} from '../support/local-issuer.ts'
import { end, ROOT, run, type Program } from '../support/process.ts'

const NEXT = ['next@16', 'react@19', 'react-dom@19', 'next-auth@5.0.0-beta.32']
const PEERS = ['@trpc/server@11', 'zod@4', 'typescript@6', '@types/node@20', '@types/react@19']
const QUIET = 'NEXT_TELEMETRY_DISABLED=1'

let issuer: Awaited<ReturnType<typeof startTestIssuer>>
let program: Program
let url: string
beforeAll(async () => {
  const folder = emptyApp({})
  cpSync(join(ROOT, 'examples/next'), folder, { recursive: true })
  await packInto(folder, ['trpc-hybrid', '@trpc-hybrid/access-token'], [...NEXT, ...PEERS])
  await succeed(['env', QUIET, 'node_modules/.bin/next', 'build'], folder)
  issuer = await startTestIssuer()
  const port = await findFreePort()
  url = `http://localhost:${port}`
  const session = { AUTH_URL: url, AUTH_SECRET: 'a secret of 32 characters at least' }
  const client = { CLIENT_ID: 'an-app', CLIENT_SECRET: 'any', AUDIENCE: API }
  const command = ['env', QUIET, 'node_modules/.bin/next', 'start', '--port', String(port)]
  program = run(command, { cwd: folder, env: { ...session, ...client, ISSUER: issuer.issuer } })
  await program.printed(/Ready in/)
})
afterAll(async () => {
  await end(program)
  await issuer.close()
})

const tokenOf = (person: string) =>
  fetchToken({ issuer: issuer.issuer, audience: API, redirectUri: `${APP}/`, person })

describe('The example for Next.js, built and started', () => {
  it('answers over REST to an access token, and refuses callers without one', async () => {
    const token = await tokenOf('user')
    const response = await fetch(`${url}/api/reports/42`, { headers: bearer(token) })
    expect(await response.json()).toEqual({ id: 42, reader: 'auth0|local-user' })
    const refused = await fetch(`${url}/api/reports/42`)
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringMatching(/^Bearer, DPoP algs=/),
    ])
    const forged = await fetch(`${url}/api/reports/42`, { headers: bearer(`${token}x`) })
    expect([forged.status, forged.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('error="invalid_token"'),
    ])
  })

  it('answers to the session of somebody who signed in by Auth.js', async () => {
    const browser = createBrowser(url)
    const { csrfToken } = (await (await browser.get('/api/auth/csrf')).json()) as {
      csrfToken: string
    }
    const authorize = await browser.post('/api/auth/signin/issuer', { csrfToken })
    const page = locationOf(await browser.get(locationOf(authorize)))
    const resume = await press(browser, new URL(page, issuer.issuer).href, 'Ada Admin')
    const callback = await browser.get(new URL(locationOf(resume), issuer.issuer))
    await browser.get(locationOf(callback))
    const answer = await browser.get('/api/reports/42')
    expect(await answer.json()).toEqual({ id: 42, reader: 'auth0|local-admin' })
    expect(await (await browser.get('/api/auth/session')).text()).not.toContain('accessToken')
  })

  it('answers over RPC, and describes itself', async () => {
    const headers = bearer(await tokenOf('admin'))
    const link = httpBatchStreamLink({ url: `${url}/api/trpc`, headers })
    const client = createTRPCClient<never>({ links: [link] }) as unknown as Client
    expect(await client.report.query({ id: 42 })).toEqual({ id: 42, reader: 'auth0|local-admin' })
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: object }
    expect(Object.keys(document.paths)).toEqual(['/api/reports/{id}'])
  })

  it('answers HEAD like GET, and other methods with 405', async () => {
    const headers = bearer(await tokenOf('user'))
    const head = await fetch(`${url}/api/reports/42`, { method: 'HEAD', headers })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const other = await fetch(`${url}/api/reports/42`, { method: 'PUT', headers })
    expect([other.status, other.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})

interface Client {
  readonly report: { query(input: { id: number }): Promise<unknown> }
}
