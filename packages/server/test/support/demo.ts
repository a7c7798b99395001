import { ABOUT } from './about.ts'
import type { BrowserContext, Page } from 'playwright-core'
import { pino } from 'pino'
import { SYSTEM_CLOCKS } from '@trpc-hybrid/access-token/engine'
import { loadConfig } from '../../src/config/config.ts'
import { appRouter } from '../../../../src/router.ts'
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
  return start(loadConfig(env), { about: ABOUT, router: appRouter, logger, ...SYSTEM_CLOCKS })
}

interface DemoOptions {
  readonly port: number
  /** Addresses of the API and of the issuer. */
  readonly api: string
  readonly issuer: string
}

const settingsOf = ({ api, issuer }: DemoOptions) => ({
  VITE_API_URL: api,
  VITE_AUTH0_DOMAIN: issuer.replace(/\/$/, ''),
})

/** `npm run demo`. Resolves when the page can be opened. */
export async function startDemo(options: DemoOptions): Promise<Program> {
  const command = ['npm', 'run', 'demo', '--', '--port', String(options.port)]
  const program = run(command, { env: settingsOf(options) })
  await program.printed(/ready in/)
  return program
}

/** Builds the demo of an app that `npm create` made, and serves what came out. */
export async function startBuiltDemo(options: DemoOptions & { folder: string }): Promise<Program> {
  const settings = { cwd: options.folder, env: settingsOf(options) }
  const build = run(['npx', 'vite', 'build', 'demo'], settings)
  if ((await build.exit) !== 0) throw new Error(build.output())
  const command = ['npx', 'vite', 'preview', 'demo', '--port', String(options.port)]
  const program = run(command, settings)
  await program.printed(/Local:/)
  return program
}

/** What a person does on the page, and what it says then. */
export function onDemo(page: Page) {
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const answer = (title: string) => page.getByRole('region', { name: title })
  return {
    press,
    /** The names of all buttons but those of forms, which a feature may have added. */
    canPress: () => page.locator('button:not(form button)').allTextContents(),
    says: (title: string, text: string) => answer(title).getByText(text, { exact: true }).waitFor(),
    tryAgain: (title: string) => answer(title).getByRole('button', { name: 'Try again' }).click(),
    warns: (text: string) => page.getByRole('alert').getByText(text, { exact: true }).waitFor(),
    async signIn(person: string): Promise<void> {
      await press('Sign in')
      await page.getByRole('button', { name: person }).click()
      await page.getByRole('banner').getByText(person).waitFor()
    },
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
