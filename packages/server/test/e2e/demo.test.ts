import axe from 'axe-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Running } from '../../src/start.ts'
import { describeInBrowser, launchBrowser } from '../support/browser.ts'
import { holdBack, onDemo, startApi, startDemo, watchIssuer } from '../support/demo.ts'
import { baseUrl, findFreePort } from '../support/http.ts'
import { end, type Program } from '../support/process.ts'

const PUBLIC = "The API doesn't require an access token to share this message."
const PROTECTED = 'The API successfully validated your access token.'
const ADMIN = 'The API successfully recognized you as an admin.'
const SIGN_IN = 'Sign in first.'
const LACKS_PERMISSION =
  'You lack the permission read:admin-messages. Sign in as somebody who has it.'
const noIssuerAt = (url: string) =>
  `The issuer at ${url.replace(/\/$/, '')} (VITE_AUTH0_DOMAIN) could not be reached.`
const NOT_TAKEN =
  'The API does not take your access token. VITE_AUTH0_DOMAIN and VITE_AUTH0_AUDIENCE must name its issuer and its audience.'
const noApiFor = (origin: string, api: string) =>
  `The API at ${api} (VITE_API_URL) could not be reached. Is “npm run dev” running, with a CLIENT_ORIGIN_URL that has ${origin}?`
const SESSION_ENDED = 'Your session has ended. Sign in again.'

/** The page asks again when somebody comes back to its tab. */
const comeBack = (page: Page) =>
  page.evaluate("window.dispatchEvent(new Event('visibilitychange'))")

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

  it('shows what each person may read, and why not', async () => {
    const person = onDemo(page)
    await person.says('Public', PUBLIC)
    await person.says('Protected', SIGN_IN)
    await person.says('Admin', SIGN_IN)
    expect(await person.canPress()).toEqual(['Sign in'])

    await person.signIn('Uma User')
    await person.says('Public', PUBLIC)
    await person.says('Protected', PROTECTED)
    await person.says('Admin', LACKS_PERMISSION)
    expect(await person.canPress()).toEqual(['Sign out'])

    await person.press('Sign out')
    await person.says('Protected', SIGN_IN)
    await person.signIn('Ada Admin')
    await person.says('Public', PUBLIC)
    await person.says('Protected', PROTECTED)
    await person.says('Admin', ADMIN)
  })

  it('takes the session up after a reload, by a hidden frame, with nothing stored', async () => {
    const person = onDemo(page)
    await person.signIn('Uma User')
    await person.says('Protected', PROTECTED)
    expect((await context.storageState()).origins).toEqual([])

    const seen = watchIssuer(context, issuer())
    await page.reload()
    await page.getByRole('banner').getByText('Uma User').waitFor()
    await person.says('Protected', PROTECTED)
    expect(seen).toContain('GET /authorize none')
  })

  it('waits while the API starts again, and asks it then', async () => {
    const person = onDemo(page)
    await person.says('Public', PUBLIC)
    const ports = { api: api.port, issuer: Number(new URL(issuer()).port) }
    await api.close()
    await comeBack(page)
    await person.says('Public', `Waiting for the API at ${baseUrl(api)} …`)
    api = await startApi(origin, ports)
    await person.says('Public', PUBLIC)
    await person.says('Protected', SIGN_IN)
  })

  it('tells another server from the API', async () => {
    const person = onDemo(page)
    await page.route('**/trpc/**', (route) =>
      route.fulfill({
        status: 404,
        body: 'Not found',
        headers: { 'access-control-allow-origin': '*' },
      }),
    )
    await page.reload()
    await person.says(
      'Public',
      `The API at ${baseUrl(api)} (VITE_API_URL) answers, but not as this API does. Is it another server?`,
    )
  })

  it('signs out, at the issuer too', async () => {
    const person = onDemo(page)
    await person.signIn('Ada Admin')
    await person.press('Sign out')
    await person.says('Protected', SIGN_IN)
    expect(page.url()).toBe(`${origin}/`)
    await page.reload()
    await person.says('Protected', SIGN_IN)
    await person.press('Sign in')
    await page.getByText('Who are you today?').waitFor()
  })

  it('ends the session when the issuer has forgotten everything', async () => {
    const person = onDemo(page)
    await person.signIn('Ada Admin')
    await person.says('Admin', ADMIN)
    const ports = { api: api.port, issuer: Number(new URL(issuer()).port) }
    await api.close()
    api = await startApi(origin, ports)

    await comeBack(page)
    await person.warns(SESSION_ENDED)
    await person.says('Public', PUBLIC)
    await person.says('Protected', SIGN_IN)
    await person.says('Admin', SIGN_IN)
    await person.signIn('Ada Admin')
    await person.says('Admin', ADMIN)
    expect(await page.getByRole('alert').allTextContents()).toEqual([])
  })

  it('says that the sign-in was cancelled', async () => {
    const person = onDemo(page)
    await person.press('Sign in')
    await person.press('Cancel')
    await person.warns('The sign-in was cancelled, or the issuer refused it.')
    await person.says('Protected', SIGN_IN)
    expect(page.url()).toBe(`${origin}/`)
  })

  it('says that the issuer could not be reached', async () => {
    const person = onDemo(page)
    await page.route(`${issuer()}oauth/token`, (route) => route.abort())
    await person.press('Sign in')
    await page.getByRole('button', { name: 'Ada Admin' }).click()
    await person.warns(noIssuerAt(issuer()))
    await person.says('Protected', SIGN_IN)
  })

  it.each(['light', 'dark'] as const)('can be read on a small %s screen', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width: 375, height: 667 })
    await onDemo(page).signIn('Uma User')
    await onDemo(page).says('Admin', LACKS_PERMISSION)
    await page.evaluate(axe.source)
    const found = await page.evaluate<axe.AxeResults>('axe.run()')
    const faults = found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => [id, html]))
    expect(found.passes.map(({ id }) => id)).toContain('color-contrast')
    expect(faults).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375)
    const [name, signOut] = await Promise.all(
      [page.getByText('Uma User'), page.getByRole('button', { name: 'Sign out' })].map((one) =>
        one.boundingBox(),
      ),
    )
    expect(signOut?.x).toBeGreaterThan(name?.x ?? 0)
    expect(signOut?.y).toBeLessThan((name?.y ?? 0) + (name?.height ?? 0))
  })

  it('says that it waits', async () => {
    const person = onDemo(page)
    const held = await holdBack(page, '**/trpc/**')
    await page.reload()
    await person.says('Public', 'Asking …')
    await held.arrives()
    await person.says('Public', PUBLIC)
  })
})

describeInBrowser('the demo page, set up for another issuer than the API', () => {
  it('says what to start, and which settings do not fit', async ({ onTestFinished }) => {
    const [port, apiPort] = [await findFreePort(), await findFreePort()]
    const origin = `http://localhost:${port}`
    const address = `http://127.0.0.1:${apiPort}`
    const other = await startApi(origin)
    onTestFinished(() => other.close())
    const demo = await startDemo({ port, api: address, issuer: other.localIssuer ?? '' })
    onTestFinished(() => end(demo))
    const browser = await launchBrowser()
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    const person = onDemo(page)

    await page.goto(origin)
    await person.says('Public', `Waiting for the API at ${address} …`)
    await person.says('Public', noApiFor(origin, address))
    const api = await startApi(origin, { api: apiPort })
    onTestFinished(() => api.close())
    await person.tryAgain('Public')
    await person.says('Public', PUBLIC)
    await person.signIn('Ada Admin')
    await person.says('Admin', NOT_TAKEN)
    await page.route('**/oauth/token', (route) => route.abort())
    await comeBack(page)
    await person.says('Admin', noIssuerAt(other.localIssuer ?? ''))
    await page.unrouteAll()
    await person.tryAgain('Admin')
    await person.says('Admin', NOT_TAKEN)
  })
})
