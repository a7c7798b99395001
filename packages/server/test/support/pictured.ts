import type { Browser, BrowserContext, Page } from 'playwright-core'
import { onDemo } from './demo.ts'

/** Where the server and the demo are. */
export interface Pictured {
  readonly api: string
  readonly demo: string
}

/** The pages that the documents show, each as a visitor sees it first, or after one click. */
export const PAGES: Record<string, (page: Page, at: Pictured) => Promise<unknown>> = {
  async docs(page, { api }) {
    await page.goto(`${api}/docs`)
    await page.locator('.opblock').first().waitFor()
  },
  async 'sign-in'(page, { demo }) {
    await page.goto(demo)
    await onDemo(page).press('Sign in')
    await page.getByRole('button', { name: 'Ada Admin' }).waitFor()
  },
  async demo(page, { demo }) {
    await page.goto(demo)
    const person = onDemo(page)
    await person.signIn('Ada Admin')
    await person.says('Admin', 'The API successfully recognized you as an admin.')
  },
}

type Scheme = 'light' | 'dark'

/** Opens a page of `PAGES` in a window of its own, and closes it when it was looked at. */
export async function look<T>(
  browser: Browser,
  {
    name,
    at,
    scheme = 'light',
  }: { readonly name: string; readonly at: Pictured; readonly scheme?: Scheme },
  see: (page: Page) => Promise<T>,
): Promise<T> {
  const context: BrowserContext = await browser.newContext({
    colorScheme: scheme,
    viewport: { width: 900, height: 620 },
    deviceScaleFactor: 1,
  })
  try {
    const page = await context.newPage()
    await PAGES[name]?.(page, at)
    return await see(page)
  } finally {
    await context.close()
  }
}

/** What a page says, whatever ports it is served from. */
export async function textOf(page: Page): Promise<string> {
  const text = await page.locator('body').innerText()
  const lines = text.replace(/localhost:\d+/g, 'localhost').split('\n')
  return `${lines
    .map((line) => line.trim())
    .filter(Boolean)
    .join('\n')}\n`
}
