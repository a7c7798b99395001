import axe from 'axe-core'
import { fetchToken } from '@trpc-hybrid/dev-issuer'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { describeInBrowser, launchBrowser } from '../support/browser.ts'
import { MESSAGES } from '../support/contract.ts'
import { useServer } from '../support/fixtures.ts'
import { findFreePort } from '../support/http.ts'
import { ADMIN, AUDIENCE } from '../support/issuer.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

describeInBrowser('the docs page', () => {
  let browser: Browser
  let context: BrowserContext
  let page: Page
  /** Origins that the browser asked anything of. */
  let origins: Set<string>
  /** What the browser complained about, such as a breach of the content security policy. */
  let complaints: string[]

  function watch(watched: Page): void {
    watched.on('pageerror', ({ message }) => complaints.push(message))
    watched.on('console', (line) => {
      // Every refusal is one for the browser, too.
      const refusal = line.text().startsWith('Failed to load resource')
      if (line.type() === 'error' && !refusal) complaints.push(line.text())
    })
    watched.on('request', (request) => origins.add(new URL(request.url()).origin))
  }

  async function open(origin: string): Promise<void> {
    await page.goto(`${origin}/docs`)
    await page.locator('.opblock').first().waitFor()
  }

  const openDialog = () => page.locator('.scheme-container .authorize').click()
  const closeDialog = () => page.locator('.close-modal').click()

  async function pasteToken(token: string): Promise<void> {
    await openDialog()
    await page.getByLabel('auth-bearer-value').fill(token)
    await page.getByLabel('Apply credentials').click()
    await closeDialog()
  }

  async function signIn(name: string): Promise<void> {
    await openDialog()
    const opened = page.waitForEvent('popup')
    await page.getByLabel('Apply given OAuth2 credentials').click()
    const popup = await opened
    watch(popup)
    const closed = popup.waitForEvent('close')
    await popup.getByRole('button', { name }).click()
    await closed
    await page.getByText('Authorized', { exact: true }).waitFor()
    await closeDialog()
  }

  /** Texts with a contrast of less than 4.5, as WCAG 2.2 §1.4.3 measures it: large ones too. */
  async function faintTexts(): Promise<string[]> {
    await page.evaluate(axe.source)
    const options = { contrastRatio: { large: { expected: 4.5 } } }
    const checks = JSON.stringify([{ id: 'color-contrast', options }])
    const found = await page.evaluate<axe.AxeResults>(
      `axe.configure({ checks: ${checks} }); axe.run({ runOnly: ['color-contrast'] })`,
    )
    const measured = found.passes.flatMap(({ nodes }) => nodes)
    expect(measured.length).toBeGreaterThan(20)
    return found.violations.flatMap(({ nodes }) =>
      nodes.map(({ html, any: [check] }) => `${check?.message ?? ''} ${html}`),
    )
  }

  /** Opens an operation, executes it and reads what the page shows of the answer. */
  async function execute(operationId: string) {
    const operation = page.locator(`#operations-Messages-${operationId}`)
    await operation.locator('.opblock-summary-control').click()
    await operation.getByRole('button', { name: 'Execute' }).click()
    const answer = operation.locator('.live-responses-table tr.response')
    const shown = {
      status: await answer.locator('.response-col_status').innerText(),
      body: await answer.locator('.highlight-code code').first().innerText(),
    }
    return { status: Number(shown.status), body: JSON.stringify(JSON.parse(shown.body)) }
  }

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    origins = new Set()
    complaints = []
    context = await browser.newContext()
    page = await context.newPage()
    watch(page)
  })
  afterEach(async () => {
    await context.close()
    expect(complaints).toEqual([])
  })

  describe('with the local issuer', () => {
    let server: TestServer
    let origin: string

    beforeAll(async () => {
      const port = await findFreePort()
      const env = { PORT: String(port), LOCAL_ISSUER_PORT: '0', DOCS_SCOPES: 'openid profile' }
      server = await startTestServer({ env })
      origin = `http://localhost:${port}`
    })
    afterAll(() => server.close())

    it('signs an admin in and shows all three messages, with no other host', async () => {
      await open(origin)
      await signIn('Ada Admin')
      expect(await execute('getPublicMessage')).toEqual({ status: 200, body: MESSAGES.public })
      expect(await execute('getProtectedMessage')).toEqual({
        status: 200,
        body: MESSAGES.protected,
      })
      expect(await execute('getAdminMessage')).toEqual({ status: 200, body: MESSAGES.admin })
      expect([...origins].sort()).toEqual([origin, new URL(server.localIssuer ?? '').origin].sort())
      expect(server.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
    })

    it('puts the focus on signing in when the dialog is opened', async () => {
      await open(origin)
      await openDialog()
      const focused = () => page.evaluate("document.activeElement.getAttribute('aria-label')")
      await expect.poll(focused).toBe('Apply given OAuth2 credentials')
    })

    it('names a person of whom a token is pasted', async () => {
      await open(origin)
      const token = await fetchToken({
        issuer: server.localIssuer ?? '',
        audience: AUDIENCE,
        redirectUri: `${origin}/docs/oauth2-redirect.html`,
        person: 'user',
      })
      await pasteToken(token)
      const who = page.locator('.scheme-container').getByRole('status')
      expect(await who.innerText()).toBe('Using a token of Uma User')
    })

    it('shows of a refusal when it comes, and the rest on demand', async () => {
      await open(origin)
      const admin = page.locator('#operations-Messages-getAdminMessage')
      await admin.locator('.opblock-summary-control').click()
      const row = admin.locator('tr.response[data-code="403"]')
      expect(await row.innerText()).toContain('does not hold read:admin-messages')
      expect(await row.innerText()).not.toContain('WWW-Authenticate')
      const toggle = admin.getByRole('button', { name: 'Example and headers of 403' })
      await toggle.click()
      expect(await row.innerText()).toContain('WWW-Authenticate')
      expect(await row.innerText()).toContain('"Permission denied"')
      await toggle.click()
      expect(await row.innerText()).not.toContain('WWW-Authenticate')
      expect((await admin.boundingBox())?.height).toBeLessThan(1600)
    })

    it('asks for the scopes that DOCS_SCOPES names', async () => {
      await open(origin)
      await openDialog()
      const asked = context.waitForEvent('request', (request) => /authorize\?/.test(request.url()))
      await page.getByLabel('Apply given OAuth2 credentials').click()
      const { searchParams } = new URL((await asked).url())
      expect(searchParams.get('scope')).toBe('openid profile')
    })

    it('shows a person without the permission why the admin message is refused', async () => {
      await open(origin)
      await signIn('Uma User')
      expect(await execute('getProtectedMessage')).toEqual({
        status: 200,
        body: MESSAGES.protected,
      })
      expect(await execute('getAdminMessage')).toEqual({
        status: 403,
        body: '{"message":"Permission denied"}',
      })
    })

    it('tells which permission the admin message needs, before and after it is opened', async () => {
      await open(origin)
      const admin = page.locator('#operations-Messages-getAdminMessage')
      expect(await admin.locator('.permission').innerText()).toBe('read:admin-messages')
      await admin.locator('.opblock-summary-control').click()
      expect(await admin.locator('.opblock-description').innerText()).toContain(
        'the permission read:admin-messages',
      )
    })

    it('says who is signed in, and lets somebody else sign in after Logout', async () => {
      await open(origin)
      const who = page.locator('.scheme-container').getByRole('status')
      await signIn('Ada Admin')
      expect(await who.innerText()).toBe('Signed in as Ada Admin')
      await openDialog()
      await page.getByRole('button', { name: 'Remove authorization' }).last().click()
      await closeDialog()
      expect(await who.innerText()).toBe('')
      await signIn('Uma User')
      expect(await who.innerText()).toBe('Signed in as Uma User')
    })

    it.each(['light', 'dark'] as const)('is easy to read on a %s screen', async (colorScheme) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await open(origin)
      await execute('getPublicMessage')
      await execute('getAdminMessage')
      expect(await faintTexts()).toEqual([])
      await openDialog()
      expect(await faintTexts()).toEqual([])
      await closeDialog()
      await signIn('Ada Admin')
      await openDialog()
      expect(await faintTexts()).toEqual([])
    })

    it.each([
      ['light', 1280],
      ['dark', 1280],
      ['light', 360],
      ['dark', 360],
    ] as const)('fits a %s screen of %i pixels', async (colorScheme, width) => {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 800 })
      await open(origin)
      await execute('getAdminMessage')
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      const background = 'getComputedStyle(document.documentElement).backgroundColor'
      expect(await page.evaluate(background)).toBe(
        colorScheme === 'dark' ? 'rgb(17, 19, 29)' : 'rgb(243, 244, 248)',
      )
    })
  })

  describe('with an issuer and no client to sign in as', () => {
    const fixture = useServer()

    it.each([
      ['bare', ''],
      ['with what stands before it in a header', 'Bearer '],
    ])('takes a token that is pasted %s', async (_how, prefix) => {
      await open(fixture.server.url)
      expect(await execute('getProtectedMessage')).toEqual({
        status: 401,
        body: '{"message":"Requires authentication"}',
      })
      const token = await fixture.issuer.mint({ claims: { ...ADMIN, sub: 'ada' } })
      await pasteToken(`${prefix}${token}`)
      expect(await page.getByRole('status').innerText()).toBe('Using a token of ada')
      expect(await execute('getAdminMessage')).toEqual({ status: 200, body: MESSAGES.admin })
    })

    it('offers nothing else', async () => {
      await open(fixture.server.url)
      await openDialog()
      expect(await page.locator('.auth-container').count()).toBe(1)
      expect(await page.getByLabel('auth-bearer-value').isVisible()).toBe(true)
    })
  })
})
