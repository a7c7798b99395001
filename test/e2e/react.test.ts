import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Running } from '../../src/start.ts'
import { describeInBrowser, launchBrowser } from '../support/browser.ts'
import { startApi, startDemo } from '../support/demo.ts'
import { baseUrl, findFreePort } from '../support/http.ts'
import { end, type Program } from '../support/process.ts'

const PUBLIC = "The API doesn't require an access token to share this message."
const PROTECTED = 'The API successfully validated your access token.'
const ADMIN = 'The API successfully recognized you as an admin.'
const SIGN_IN = 'Sign in to read this.'

describeInBrowser('the React example', () => {
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
    const issuer = api.localIssuer ?? ''
    demo = await startDemo({ port, api: baseUrl(api), issuer, script: 'demo:react' })
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
  })
  afterEach(async () => {
    await context.close()
    expect(problems).toEqual([])
  })

  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const says = (title: string, text: string) =>
    page.getByRole('region', { name: title }).getByText(text, { exact: true }).waitFor()
  const signIn = async (person: string) => {
    await press('Sign in')
    await page.getByRole('button', { name: person }).click()
    await page.getByRole('banner').getByText(person).waitFor()
  }

  it('shows what each person may read, and why not', async () => {
    await page.goto(origin)
    await says('Public', PUBLIC)
    await says('Protected', SIGN_IN)
    await says('Admin', SIGN_IN)
    expect(await page.getByRole('button').allTextContents()).toEqual(['Sign in'])

    await signIn('Uma User')
    await says('Public', PUBLIC)
    await says('Protected', PROTECTED)
    await says('Admin', 'You lack the permission read:admin-messages.')

    await press('Sign out')
    await says('Protected', SIGN_IN)
    await signIn('Ada Admin')
    await says('Protected', PROTECTED)
    await says('Admin', ADMIN)

    await page.reload()
    await page.getByRole('banner').getByText('Ada Admin').waitFor()
    await says('Admin', ADMIN)
  })

  it('says that it waits, that no answer came, and asks again', async () => {
    let reachable = false
    let answer: () => void = () => undefined
    const held = new Promise<void>((resolve) => (answer = resolve))
    await page.route('**/trpc/**', async (route) => {
      await held
      await (reachable ? route.continue() : route.abort())
    })
    await page.goto(origin)
    await says('Public', 'Asking …')
    answer()
    await says('Public', 'The API could not be reached.')
    reachable = true
    await page.getByRole('region', { name: 'Public' }).getByText('Try again').click()
    await says('Public', PUBLIC)
  })

  it('says that the sign-in did not work', async () => {
    await page.goto(origin)
    await press('Sign in')
    await press('Cancel')
    await page.getByText('The sign-in did not work. Try again.').waitFor()
    await says('Protected', SIGN_IN)
  })
})
