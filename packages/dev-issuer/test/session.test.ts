import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  APP,
  authorizePath,
  CLIENT_ID,
  createBrowser,
  locationOf,
  signIn,
  startTestIssuer,
  tokensOf,
  type Browser,
  type Params,
} from '../../server/test/support/local-issuer.ts'

let issuer: Awaited<ReturnType<typeof startTestIssuer>>

beforeAll(async () => {
  issuer = await startTestIssuer()
})
afterAll(() => issuer.close())

async function signedIn(): Promise<Browser> {
  const browser = createBrowser(issuer.issuer)
  await signIn(browser, 'Uma User')
  return browser
}

/** What an app gets that asks, without a page, whether somebody is signed in. */
async function silently(browser: Browser, params: Params = {}): Promise<URLSearchParams> {
  const answer = await browser.get(authorizePath({ prompt: 'none', ...params }))
  return new URL(locationOf(answer)).searchParams
}

const logoutPath = (path: string, params: Record<string, string>) =>
  `${path}?${new URLSearchParams(params).toString()}`

describe('silent renewal (prompt=none)', () => {
  it('renews silently (prompt=none) while somebody is signed in', async () => {
    expect((await silently(await signedIn())).get('code')).toMatch(/^[\w-]{20,}$/)
  })

  it('answers a silent renewal with login_required when nobody is signed in', async () => {
    expect((await silently(createBrowser(issuer.issuer))).get('error')).toBe('login_required')
  })

  it('renews silently when an app asks for more scopes than before', async () => {
    const scope = 'openid profile email offline_access read:admin-messages'
    expect((await silently(await signedIn(), { scope })).has('code')).toBe(true)
  })

  it.each([
    ['a code', signedIn, '"code":"'],
    ['an error', () => Promise.resolve(createBrowser(issuer.issuer)), '"error":"login_required"'],
  ])('posts %s to the framing app in web_message mode', async (_what, browser, expected) => {
    const path = authorizePath({ prompt: 'none', response_mode: 'web_message' })
    const answer = await (await browser()).get(path)
    const html = await answer.text()
    expect(html).toContain(expected)
    expect(html).toContain("type: 'authorization_response'")
    expect(html).toContain('"redirect_uri":"http://localhost:4040/callback"')
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/script-src 'sha256-[\w+/=]+'/)
    expect(policy).not.toContain('frame-ancestors')
    expect(answer.headers.get('x-frame-options')).toBeNull()
  })
})

describe("Auth0's log-out (/v2/logout)", () => {
  it("ends the session at Auth0's log-out, and leads back to the app", async () => {
    const browser = await signedIn()
    const params = { client_id: CLIENT_ID, returnTo: `${APP}/bye` }
    const answer = await browser.get(logoutPath('v2/logout', params))
    expect(answer.status).toBe(302)
    expect(locationOf(answer)).toBe(`${APP}/bye`)
    expect((await silently(browser)).get('error')).toBe('login_required')
  })

  it('ends the session for a copy of its cookie too', async () => {
    const browser = await signedIn()
    const copy = new Map(browser.cookies)
    await browser.get('v2/logout')
    for (const [name, value] of copy) browser.cookies.set(name, value)
    expect((await silently(browser)).get('error')).toBe('login_required')
  })

  it('says so on a page when there is nowhere to return to', async () => {
    const answer = await (await signedIn()).get('v2/logout')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('You are signed out')
  })

  it('leads back to the app when nobody is signed in', async () => {
    const path = logoutPath('v2/logout', { returnTo: `${APP}/bye` })
    expect(locationOf(await createBrowser(issuer.issuer).get(path))).toBe(`${APP}/bye`)
  })

  it.each(['https://evil.example.com/', 'javascript:alert(1)', '//evil.example.com', ''])(
    'refuses to return to %j, and ends nothing',
    async (returnTo) => {
      const browser = await signedIn()
      const answer = await browser.get(logoutPath('v2/logout', { returnTo }))
      expect(answer.status).toBe(400)
      expect(locationOf(answer)).toBe('')
      expect((await silently(browser)).has('code')).toBe(true)
    },
  )
})

describe('log-out of OpenID Connect (/oidc/logout)', () => {
  it('ends the session at once for an app that shows its ID token', async () => {
    const browser = createBrowser(issuer.issuer)
    const { id_token } = await tokensOf(issuer.issuer, 'Uma User', { browser })
    const params = { id_token_hint: id_token, post_logout_redirect_uri: `${APP}/bye`, state: 'x' }
    const answer = await browser.get(logoutPath('oidc/logout', params))
    expect(locationOf(answer)).toBe(`${APP}/bye?state=x`)
    expect((await silently(browser)).get('error')).toBe('login_required')
  })

  it('shows a page when that app gives no address to return to', async () => {
    const browser = createBrowser(issuer.issuer)
    const { id_token } = await tokensOf(issuer.issuer, 'Uma User', { browser })
    const answer = await browser.get(logoutPath('oidc/logout', { id_token_hint: id_token }))
    expect(await answer.text()).toContain('You are signed out')
    expect((await silently(browser)).get('error')).toBe('login_required')
  })

  it.each([
    ['without an ID token', () => Promise.resolve(undefined)],
    [
      'with the ID token of somebody else',
      async () => (await tokensOf(issuer.issuer, 'Ada Admin')).id_token,
    ],
  ])('asks before it ends the session %s', async (_what, hint) => {
    const browser = await signedIn()
    const id_token_hint = await hint()
    const params = id_token_hint === undefined ? {} : { id_token_hint }
    const question = await (await browser.get(logoutPath('oidc/logout', params))).text()
    expect(question).toContain('Sign out?')
    expect((await silently(browser)).has('code')).toBe(true)
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(question) ?? []
    const done = await browser.post('oidc/logout/confirm', { xsrf, logout: 'yes' })
    expect(await (await browser.get(locationOf(done))).text()).toContain('You are signed out')
    expect((await silently(browser)).get('error')).toBe('login_required')
  })

  it('refuses to return to another origin', async () => {
    const params = { client_id: CLIENT_ID, post_logout_redirect_uri: 'https://evil.example.com/' }
    const answer = await (await signedIn()).get(logoutPath('oidc/logout', params))
    expect(answer.status).toBe(400)
    expect(locationOf(answer)).toBe('')
  })
})

it('reports no error in all of this', () => {
  expect(issuer.errors).toEqual([])
})
