import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  APP,
  authorizePath,
  CALLBACK,
  createBrowser,
  createPkce,
  exchange,
  locationOf,
  PHONE_APP,
  press,
  requestTokens,
  signIn,
  startTestIssuer,
} from '../../server/test/support/local-issuer.ts'

let issuer: Awaited<ReturnType<typeof startTestIssuer>>

beforeAll(async () => {
  issuer = await startTestIssuer()
})
afterAll(() => issuer.close())

/** A sign-in that has come to the code. */
async function fetchCode() {
  const { verifier, challenge } = createPkce()
  const browser = createBrowser(issuer.issuer)
  const callback = await signIn(browser, 'Uma User', { code_challenge: challenge })
  return { code: callback.searchParams.get('code') ?? '', verifier }
}

describe('the sign-in page', () => {
  it('shows both people, what they may do, and which app asks', async () => {
    const browser = createBrowser(issuer.issuer)
    const page = await browser.get(locationOf(await browser.get(authorizePath())))
    const html = await page.text()
    expect(page.status).toBe(200)
    expect(html).toContain('<strong>localhost:4040</strong>')
    expect(html).toMatch(/Uma User.*No permissions.*Ada Admin.*read:admin-messages/s)
  })

  it('runs no script, shows nothing of another host and lets nobody frame it', async () => {
    const browser = createBrowser(issuer.issuer)
    const page = await browser.get(locationOf(await browser.get(authorizePath())))
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; /)
    expect(policy).toContain(
      `script-src; form-action 'self' ${APP} ${PHONE_APP} http://localhost:* `,
    )
    expect(policy).toContain("frame-ancestors 'none'")
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(await page.text()).not.toMatch(/<script|https?:\/\//)
  })

  it.each(['Uma User', 'Ada Admin'])('answers the app with a code for %s', async (name) => {
    const callback = await signIn(createBrowser(issuer.issuer), name, { state: 'my-state' })
    expect(callback.origin + callback.pathname).toBe(CALLBACK)
    expect(callback.searchParams.get('code')).toMatch(/^[\w-]{20,}$/)
    expect(callback.searchParams.get('state')).toBe('my-state')
    expect(callback.searchParams.get('iss')).toBe(issuer.issuer)
  })

  it('answers the app with access_denied when it is cancelled', async () => {
    const callback = await signIn(createBrowser(issuer.issuer), 'Cancel')
    expect(callback.searchParams.get('error')).toBe('access_denied')
    expect(callback.searchParams.get('code')).toBeNull()
  })

  it('asks again when somebody is chosen who does not exist', async () => {
    const browser = createBrowser(issuer.issuer)
    const page = locationOf(await browser.get(authorizePath()))
    const answer = await browser.post(page, { person: 'mallory' })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('Who are you today?')
  })

  it('refuses a sign-in without the cookie of the browser that began it', async () => {
    const page = locationOf(await createBrowser(issuer.issuer).get(authorizePath()))
    const answer = await createBrowser(issuer.issuer).post(page, { person: 'admin' })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('This page has expired')
  })

  it('refuses a sign-in under the address of another one', async () => {
    const other = locationOf(await createBrowser(issuer.issuer).get(authorizePath()))
    const browser = createBrowser(issuer.issuer)
    await browser.get(authorizePath())
    expect((await browser.get(other)).status).toBe(400)
  })

  it('shows the page once: the next app gets its code at once', async () => {
    const browser = createBrowser(issuer.issuer)
    await signIn(browser, 'Uma User')
    const answer = await browser.get(authorizePath({ client_id: 'another-app' }))
    expect(locationOf(answer)).toMatch(/^http:\/\/localhost:4040\/callback\?code=/)
  })

  it('shows the page again with prompt=login, and lets another person take over', async () => {
    const browser = createBrowser(issuer.issuer)
    await signIn(browser, 'Uma User')
    const page = locationOf(await browser.get(authorizePath({ prompt: 'login' })))
    const resume = locationOf(await press(browser, page, 'Ada Admin'))
    const handOver = await (await browser.get(resume)).text()
    const [, action = ''] = /action="([^"]+)"/.exec(handOver) ?? []
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(handOver) ?? []
    const back = locationOf(await browser.post(action, { xsrf, logout: 'yes' }))
    expect(locationOf(await browser.get(back))).toContain(`${CALLBACK}?code=`)
  })

  it('asks for no consent, not even when an app wants it asked', async () => {
    const browser = createBrowser(issuer.issuer)
    await signIn(browser, 'Uma User')
    const page = locationOf(await browser.get(authorizePath({ prompt: 'consent' })))
    const resume = locationOf(await browser.get(page))
    expect(locationOf(await browser.get(resume))).toContain(`${CALLBACK}?code=`)
  })
})

describe('an authorization request', () => {
  it.each([
    'http://localhost:3000/callback',
    'https://localhost/callback?a=b',
    'http://127.0.0.1:5173/',
    'http://[::1]:8080/callback',
    'http://shop.localhost:3000/callback',
  ])('is answered at every page on this machine: %s', async (redirect_uri) => {
    const browser = createBrowser(issuer.issuer)
    const callback = await signIn(browser, 'Uma User', { redirect_uri })
    expect(callback.href.startsWith(redirect_uri)).toBe(true)
    expect(callback.searchParams.get('code')).toMatch(/./)
  })

  it.each([
    ['another origin', 'https://evil.example.com/callback'],
    ['an origin that only begins like an allowed one', 'http://localhost:4040.evil.example.com/'],
    ['an allowed origin as user name', 'http://localhost:4040@evil.example.com/'],
    ['a user name', 'http://someone@localhost:4040/callback'],
    ['a fragment', 'http://localhost:4040/callback#part'],
    ["an app's own scheme and another host", 'capacitor://evil/callback'],
    ['no URL', 'callback'],
  ])(
    'answers with a page, and not the app, when the redirect URI has %s',
    async (_what, redirect_uri) => {
      const answer = await createBrowser(issuer.issuer).get(authorizePath({ redirect_uri }))
      expect(answer.status).toBe(400)
      expect(locationOf(answer)).toBe('')
      expect(await answer.text()).toMatch(
        /Allowed are http:\/\/localhost:4040.*invalid_redirect_uri/s,
      )
    },
  )

  it.each([`${APP}/`, `${APP}/deep/er/path?with=query`, `${PHONE_APP}/callback`])(
    'may be answered at %s',
    async (redirect_uri) => {
      const callback = await signIn(createBrowser(issuer.issuer), 'Uma User', { redirect_uri })
      expect(callback.href.startsWith(redirect_uri)).toBe(true)
      expect(callback.searchParams.get('code')).not.toBeNull()
    },
  )

  it.each([
    ['has PKCE with method plain', { code_challenge_method: 'plain' }],
    ['wants tokens without a code', { response_type: 'token' }],
    ['wants to be answered for another resource', { resource: 'https://other.example.com' }],
  ])('refuses an authorization request that %s', async (_what, params) => {
    const answer = await createBrowser(issuer.issuer).get(authorizePath(params))
    const location = new URL(locationOf(answer))
    expect(location.origin).toBe(APP)
    expect(location.searchParams.get('code')).toBeNull()
    expect(location.searchParams.get('error')).toMatch(/^(invalid_|unsupported_)/)
  })

  it('refuses another audience as Auth0 does, and names the right one', async () => {
    const answer = await createBrowser(issuer.issuer).get(authorizePath({ audience: 'wrong' }))
    const told = new URL(locationOf(answer)).searchParams
    expect(told.get('error')).toBe('access_denied')
    expect(told.get('error_description')).toBe(
      "Service not found: wrong (the API's identifier is https://api.example.com)",
    )
  })
})

describe('a code', () => {
  it('exchanges a code once; a second time takes away what the first one brought', async () => {
    const grant = await fetchCode()
    const first = await requestTokens(issuer.issuer, exchange(grant))
    expect(first.status).toBe(200)
    const second = await requestTokens(issuer.issuer, exchange(grant))
    expect(second).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    const headers = { authorization: `Bearer ${first.body.access_token}` }
    expect((await fetch(`${issuer.issuer}userinfo`, { headers })).status).toBe(401)
  })

  it.each([
    ['another verifier', { code_verifier: createPkce().verifier }],
    ['no verifier', { code_verifier: undefined }],
    ['another redirect URI', { redirect_uri: `${APP}/elsewhere` }],
    ['another client', { client_id: 'another-app' }],
  ])('refuses a code with %s', async (_what, change) => {
    const answer = await requestTokens(issuer.issuer, { ...exchange(await fetchCode()), ...change })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })
})

it('reports no error in all of this', () => {
  expect(issuer.errors).toEqual([])
})
