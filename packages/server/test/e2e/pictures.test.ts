import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Running } from '../../src/start.ts'
import { describeInBrowser, launchBrowser } from '../support/browser.ts'
import { startApi, startDemo } from '../support/demo.ts'
import { baseUrl, findFreePort } from '../support/http.ts'
import { look, PAGES, textOf, type Pictured } from '../support/pictured.ts'
import { end, ROOT, type Program } from '../support/process.ts'

describeInBrowser('the pictures of the documents', () => {
  let api: Running
  let demo: Program
  let browser: Browser
  let at: Pictured
  beforeAll(async () => {
    const port = await findFreePort()
    at = { api: '', demo: `http://localhost:${port}` }
    api = await startApi(at.demo)
    at = { ...at, api: baseUrl(api) }
    demo = await startDemo({ port, api: at.api, issuer: api.localIssuer ?? '' })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await end(demo)
    await api.close()
  })

  it.each(Object.keys(PAGES))(
    'show what the page says today (npm run pictures): %s',
    async (name) => {
      const then = readFileSync(join(ROOT, `docs/pictures/${name}.txt`), 'utf8')
      expect(await look(browser, { name, at }, textOf)).toBe(then)
    },
  )
})
