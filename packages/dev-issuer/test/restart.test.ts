import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  API,
  APP,
  authorizePath,
  createBrowser,
  locationOf,
  requestTokens,
  startTestIssuer,
  tokensOf,
} from '../../server/test/support/local-issuer.ts'

const OFFLINE = { params: { scope: 'openid profile email offline_access' } }

let stateFile: string
beforeEach(() => {
  stateFile = join(mkdtempSync(join(tmpdir(), 'issuer-state-')), 'folder', '6061.json')
})

/** Takes the place of another. The connections that were kept alive to that one must be gone, too. */
async function replace(first: { readonly issuer: string }) {
  const port = Number(new URL(first.issuer).port)
  const second = await startTestIssuer({ stateFile, port })
  const answers = () =>
    fetch(second.jwksUri).then(
      ({ ok }) => ok,
      () => false,
    )
  await expect.poll(answers).toBe(true)
  return second
}

/** An issuer that somebody signed in at, and the one that took its place. */
async function restarted(between: () => void = () => undefined) {
  const first = await startTestIssuer({ stateFile })
  const browser = createBrowser(first.issuer)
  const tokens = await tokensOf(first.issuer, 'Ada Admin', { ...OFFLINE, browser })
  await first.close()
  between()
  return { browser, tokens, ...(await replace(first)) }
}

describe('an issuer with a state file, started again', () => {
  it('knows who is signed in, their tokens and its key', async () => {
    const { browser, tokens, issuer, jwksUri, close, errors } = await restarted()
    const again = await browser.get(authorizePath({ prompt: 'none' }))
    expect(new URL(locationOf(again)).searchParams.has('code')).toBe(true)
    const keys = createRemoteJWKSet(new URL(jwksUri))
    await jwtVerify(tokens.access_token, keys, { issuer, audience: API })
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    expect((await fetch(`${issuer}userinfo`, { headers })).status).toBe(200)
    const { refresh_token } = tokens
    const refreshed = await requestTokens(issuer, { grant_type: 'refresh_token', refresh_token })
    expect(refreshed.status).toBe(200)
    expect(errors).toEqual([])
    await close()
  })

  it('lets whoever is signed in log out with their old ID token', async () => {
    const { browser, tokens, close } = await restarted()
    const params = { id_token_hint: tokens.id_token, post_logout_redirect_uri: `${APP}/bye` }
    const answer = await browser.get(`oidc/logout?${new URLSearchParams(params).toString()}`)
    expect(locationOf(answer)).toBe(`${APP}/bye`)
    await close()
  })

  it('does not bring back a session that was ended', async () => {
    const first = await startTestIssuer({ stateFile })
    const browser = createBrowser(first.issuer)
    await tokensOf(first.issuer, 'Ada Admin', { browser })
    const copy = new Map(browser.cookies)
    await browser.get('v2/logout')
    await first.close()
    const second = await replace(first)
    for (const [name, value] of copy) browser.cookies.set(name, value)
    const answer = await browser.get(authorizePath({ prompt: 'none' }))
    expect(new URL(locationOf(answer)).searchParams.get('error')).toBe('login_required')
    await second.close()
  })

  it.each(['{', '{"signingKey":{"kty":"RSA"},"cookieKey":"x","entries":[]}'])(
    'starts anew, and says so, when the file holds %j',
    async (text) => {
      const { browser, issuer, close, errors } = await restarted(() => {
        writeFileSync(stateFile, text)
      })
      expect(errors).toHaveLength(1)
      const answer = await browser.get(authorizePath({ prompt: 'none' }))
      expect(new URL(locationOf(answer)).searchParams.get('error')).toBe('login_required')
      expect((await tokensOf(issuer, 'Uma User')).access_token).toMatch(/^eyJ/)
      await close()
    },
  )
})

describe('the state file', () => {
  it('keeps the state file and its folder for their owner alone, whatever they were before', async () => {
    const { close } = await restarted(() => {
      expect(statSync(stateFile).mode & 0o777).toBe(0o600)
      writeFileSync(stateFile, readFileSync(stateFile), { mode: 0o644 })
    })
    await close()
    expect(statSync(stateFile).mode & 0o777).toBe(0o600)
    expect(statSync(join(stateFile, '..')).mode & 0o777).toBe(0o700)
  })

  it('writes the state file while it runs, so that a crash signs nobody out either', async () => {
    const { issuer, close } = await startTestIssuer({ stateFile })
    await tokensOf(issuer, 'Ada Admin')
    await expect.poll(() => readFileSync(stateFile, 'utf8')).toContain('"auth0|local-admin"')
    await close()
  })

  it('goes on where the state file can not be written', async () => {
    const { issuer, close, errors } = await startTestIssuer({ stateFile: '/dev/null/no/file.json' })
    expect((await tokensOf(issuer, 'Uma User')).access_token).toMatch(/^eyJ/)
    await close()
    expect(errors).not.toEqual([])
  })
})
