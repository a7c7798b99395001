import type { BrowserContext, Page } from 'playwright-core'
import { pino } from 'pino'
import { SYSTEM_CLOCKS } from '../../src/clocks.ts'
import { loadConfig } from '../../src/config/config.ts'
import { appRouter } from '../../src/router.ts'
import { start, type Running } from '../../src/start.ts'
import { run, type Program } from './process.ts'

/** The API with its local issuer, as in development, on free ports unless they are given. It lets `origin` in. */
export function startApi(
  origin: string,
  ports: { readonly api?: number; readonly issuer?: number } = {},
): Promise<Running> {
  const env = {
    HOST: '127.0.0.1',
    PORT: String(ports.api ?? 0),
    LOCAL_ISSUER_PORT: String(ports.issuer ?? 0),
    CLIENT_ORIGIN_URL: origin,
  }
  const logger = pino({ level: 'silent' })
  return start(loadConfig(env), { router: appRouter, logger, ...SYSTEM_CLOCKS })
}

/** `npm run demo`, or another page's script, for the API and the issuer given. Resolves when the page can be opened. */
export async function startDemo(options: {
  readonly port: number
  readonly api: string
  readonly issuer: string
  readonly script?: string
}): Promise<Program> {
  const env = { VITE_API_URL: options.api, VITE_AUTH0_DOMAIN: options.issuer.replace(/\/$/, '') }
  const program = run(
    ['npm', 'run', options.script ?? 'demo', '--', '--port', String(options.port)],
    { env },
  )
  await program.printed(/ready in/)
  return program
}

/** The demo page, and what a person does on it. */
export function onDemo(page: Page) {
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  /** Buttons are visible before the style sheet is there: the state tells more. */
  const becomes = (state: 'signed-in' | 'signed-out') =>
    page.locator(`body[data-state="${state}"]`).waitFor()
  return {
    press,
    becomes,
    choose: (name: string) => page.getByText(name, { exact: true }).click(),
    async signIn(person: string): Promise<void> {
      await press('Sign in')
      await page.getByRole('button', { name: person }).click()
      await becomes('signed-in')
    },
    /** Presses a message's button. @returns what the page says then, line by line */
    async read(message: string): Promise<string[]> {
      await press(`Get ${message} message`)
      const answer = page.locator(`[data-answer="${message}"][data-outcome]`)
      await answer.waitFor()
      return answer.locator('> *').allTextContents()
    },
    /** Waits until the notice says this, and no more. */
    notices: (text: string) => page.locator('#notice').getByText(text, { exact: true }).waitFor(),
    name: () => page.locator('#name').textContent(),
    claims: async () =>
      JSON.parse((await page.locator('#claims').textContent()) ?? '') as Record<string, unknown>,
  }
}

/** Keeps the answers to a URL from the page until they are let through. */
export async function holdBack(page: Page, url: string) {
  let letThrough: () => void = () => undefined
  const held = new Promise<void>((resolve) => (letThrough = resolve))
  await page.route(url, async (route) => {
    await held
    await route.continue()
  })
  return {
    async arrives(): Promise<void> {
      const response = page.waitForResponse(url)
      letThrough()
      await (await response).finished()
      await page.unroute(url)
    },
  }
}

/** Notes every request to the issuer but those for pictures, as `GET /authorize prompt=none` for example. */
export function watchIssuer(context: BrowserContext, issuer: string): string[] {
  const seen: string[] = []
  context.on('request', (request) => {
    const url = new URL(request.url())
    if (!issuer.startsWith(url.origin) || request.method() === 'OPTIONS') return
    if (request.resourceType() === 'image') return
    const body = new URLSearchParams(request.postData() ?? '')
    const details = [url.searchParams.get('prompt'), body.get('grant_type')]
    seen.push([request.method(), url.pathname, ...details.filter(Boolean)].join(' '))
  })
  return seen
}
