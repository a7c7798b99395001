import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Running } from '../../src/start.ts'
import { describeInBrowser, launchBrowser } from '../support/browser.ts'
import { holdBack, onDemo, startApi, startDemo, watchIssuer } from '../support/demo.ts'
import { baseUrl, findFreePort } from '../support/http.ts'
import { end, type Program } from '../support/process.ts'

const SAYS = {
  public: "The API doesn't require an access token to share this message.",
  protected: 'The API successfully validated your access token.',
  admin: 'The API successfully recognized you as an admin.',
}
const LACKS_PERMISSION =
  'You are signed in, but your access token lacks the permission read:admin-messages. Sign in as someone who has it.'

describeInBrowser('the demo page, with the Auth0 SDK', () => {
  let api: Running
  let demo: Program
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let origin: string
  let problems: string[]

  beforeAll(async () => {
    const port = await findFreePort()
    origin = `http://localhost:${port}`
    api = await startApi(origin)
    demo = await startDemo({ port, api: baseUrl(api), issuer: issuer() })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await end(demo)
    await api.close()
  })
  beforeEach(async () => {
    context = await browser.newContext()
    page = await context.newPage()
    problems = []
    page.on('pageerror', (error) => problems.push(error.message))
    await page.goto(origin)
  })
  afterEach(async () => {
    await context.close()
    expect(problems).toEqual([])
  })

  const issuer = () => api.localIssuer ?? ''

  it.each([
    {
      transport: 'REST',
      requests: {
        public: 'GET /api/messages/public',
        protected: 'GET /api/messages/protected',
        admin: 'GET /api/messages/admin',
      },
    },
    {
      transport: 'tRPC',
      requests: {
        public: 'messages.public.query()',
        protected: 'messages.protected.query()',
        admin: 'messages.admin.query()',
      },
    },
  ])('shows over $transport what each person may read', async ({ transport, requests }) => {
    const demoPage = onDemo(page)
    const paths: string[] = []
    page.on('request', (request) => {
      if (request.url().startsWith(baseUrl(api))) paths.push(new URL(request.url()).pathname)
    })
    await demoPage.choose(transport)
    const needsSignIn = 'This message needs an access token. Sign in to get one.'
    expect(await demoPage.read('public')).toEqual(['200', requests.public, SAYS.public])
    for (const name of ['protected', 'admin'] as const) {
      expect(await demoPage.read(name)).toEqual([
        '401',
        requests[name],
        'Requires authentication',
        needsSignIn,
      ])
    }

    await demoPage.signIn('Uma User')
    await demoPage.choose(transport)
    expect(await demoPage.name()).toBe('Uma User')
    expect((await demoPage.claims())['permissions']).toEqual([])
    expect(await demoPage.read('public')).toEqual(['200', requests.public, SAYS.public])
    expect(await demoPage.read('protected')).toEqual(['200', requests.protected, SAYS.protected])
    expect(await demoPage.read('admin')).toEqual([
      '403',
      requests.admin,
      'Permission denied',
      LACKS_PERMISSION,
    ])

    await demoPage.press('Sign out')
    await demoPage.signIn('Ada Admin')
    await demoPage.choose(transport)
    expect(await demoPage.name()).toBe('Ada Admin')
    expect((await demoPage.claims())['permissions']).toEqual(['read:admin-messages'])
    for (const name of ['public', 'protected', 'admin'] as const) {
      expect(await demoPage.read(name)).toEqual(['200', requests[name], SAYS[name]])
    }
    const unused = transport === 'tRPC' ? '/api/messages/' : '/trpc/'
    expect(paths.filter((path) => path.startsWith(unused))).toEqual([])
  })

  it('takes the session up after a reload, by a hidden frame, with nothing stored', async () => {
    const demoPage = onDemo(page)
    await demoPage.signIn('Uma User')
    const before = await demoPage.claims()
    expect((await context.storageState()).origins).toEqual([])

    const seen = watchIssuer(context, issuer())
    await page.reload()
    await demoPage.becomes('signed-in')
    expect(seen).toContain('GET /authorize none')
    expect(await demoPage.name()).toBe('Uma User')
    expect((await demoPage.claims())['jti']).not.toBe(before['jti'])
    expect(await demoPage.read('protected')).toContain(SAYS.protected)
  })

  it('keeps the session over a reload with a refresh token, and renews by it', async () => {
    const demoPage = onDemo(page)
    await demoPage.choose('Refresh token')
    await demoPage.signIn('Ada Admin')
    const before = await demoPage.claims()
    expect(before['scope']).toContain('offline_access')

    const seen = watchIssuer(context, issuer())
    await page.reload()
    await demoPage.becomes('signed-in')
    expect((await demoPage.claims())['jti']).toBe(before['jti'])
    await demoPage.press('Renew')
    await expect.poll(async () => (await demoPage.claims())['jti']).not.toBe(before['jti'])
    expect(seen).toEqual(['POST /oauth/token refresh_token'])
    expect(await demoPage.read('admin')).toContain(SAYS.admin)
  })

  it('signs out, at the issuer too', async () => {
    const demoPage = onDemo(page)
    await demoPage.signIn('Ada Admin')
    await demoPage.press('Sign out')
    await demoPage.becomes('signed-out')
    expect(page.url()).toBe(`${origin}/`)
    await page.reload()
    await demoPage.becomes('signed-out')
    expect(await demoPage.read('protected')).toContain('Requires authentication')
    await demoPage.press('Sign in')
    await page.getByText('Who are you today?').waitFor()
  })

  it.each(['Hidden frame', 'Refresh token'])(
    'offers to sign in again when the issuer has forgotten everything (%s)',
    async (renewal) => {
      const demoPage = onDemo(page)
      await demoPage.choose(renewal)
      await demoPage.signIn('Ada Admin')
      const ports = { api: api.port, issuer: Number(new URL(issuer()).port) }
      await api.close()
      api = await startApi(origin, ports)

      expect(await demoPage.read('admin')).toEqual([
        '401',
        'GET /api/messages/admin',
        'Bad credentials',
        'The API no longer takes your access token. Renew it, or sign in again.',
      ])
      const late = await holdBack(page, '**/api/messages/public')
      await demoPage.press('Get public message')
      await demoPage.press('Renew')
      await demoPage.notices(
        'There is no new access token. Your session at the issuer has ended. Sign in again.',
      )
      await late.arrives()
      expect(await page.locator('[data-answer]').allTextContents()).toEqual(['', '', ''])
      await demoPage.signIn('Ada Admin')
      expect(await demoPage.read('admin')).toContain(SAYS.admin)
    },
  )

  it('says so when the sign-in was cancelled', async () => {
    const demoPage = onDemo(page)
    await demoPage.press('Sign in')
    await demoPage.press('Cancel')
    await demoPage.notices(
      'You are not signed in. The sign-in was cancelled, or the issuer refused it.',
    )
    await demoPage.becomes('signed-out')
  })

  it('says in its own words that the issuer could not be reached', async () => {
    const demoPage = onDemo(page)
    await demoPage.choose('Refresh token')
    await demoPage.signIn('Ada Admin')
    await page.route(`${issuer()}**`, (route) => route.abort())
    await demoPage.press('Renew')
    await demoPage.notices(
      'There is no new access token. The issuer could not be reached, or its answer made no sense. Try again.',
    )
  })

  it('stays as it is while somebody chooses with the arrow keys', async () => {
    const demoPage = onDemo(page)
    await demoPage.becomes('signed-out')
    const loads: string[] = []
    page.on('request', (request) => loads.push(request.url()))
    await page.getByLabel('Hidden frame').focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.getByLabel('Refresh token').isChecked()).toBe(true)
    await demoPage.read('public')
    expect(loads.map((url) => new URL(url).pathname)).toEqual(['/api/messages/public'])
  })
})

describeInBrowser('the demo page, before the API runs', () => {
  it('says what to start, and goes on by itself once it runs', async () => {
    const [port, apiPort] = [await findFreePort(), await findFreePort()]
    const address = `http://127.0.0.1:${apiPort}`
    const origin = `http://localhost:${port}`
    const demo = await startDemo({ port, api: address, issuer: 'http://localhost:6061' })
    const browser = await launchBrowser()
    try {
      const page = await browser.newPage()
      await page.goto(origin)
      const notice = page.locator('#notice')
      await notice.waitFor()
      expect(await notice.textContent()).toContain(`No API answers at ${address}`)
      expect(await notice.textContent()).toContain('npm run dev')
      expect(await page.getByRole('button', { name: 'Get public message' }).isDisabled()).toBe(true)

      const api = await startApi(origin, { api: apiPort })
      try {
        const sentence = `This page signs in at http://localhost:6061/, but the API takes tokens of ${api.localIssuer ?? ''}`
        await expect.poll(() => notice.textContent(), { timeout: 20_000 }).toContain(sentence)
      } finally {
        await api.close()
      }
    } finally {
      await browser.close()
      await end(demo)
    }
  })
})
