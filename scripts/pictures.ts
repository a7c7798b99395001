/** Takes the pictures of the documents from the running server, in light and dark, and notes what the pages say. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { launchBrowser } from '../packages/server/test/support/browser.ts'
import { startApi, startDemo } from '../packages/server/test/support/demo.ts'
import { look, PAGES, textOf } from '../packages/server/test/support/pictured.ts'
import { end } from '../packages/server/test/support/process.ts'
import { ROOT } from './publishable.ts'

const FOLDER = join(ROOT, 'docs/pictures')
const at = { api: 'http://localhost:6060', demo: 'http://localhost:4040' }

mkdirSync(FOLDER, { recursive: true })
const api = await startApi(at.demo, { api: 6060, issuer: 6061 })
const demo = await startDemo({ port: 4040, api: at.api, issuer: 'http://localhost:6061' })
const browser = await launchBrowser()
for (const name of Object.keys(PAGES)) {
  for (const scheme of ['light', 'dark'] as const) {
    await look(browser, { name, at, scheme }, async (page) => {
      await page.screenshot({ path: join(FOLDER, `${name}-${scheme}.png`), animations: 'disabled' })
      writeFileSync(join(FOLDER, `${name}.txt`), await textOf(page))
    })
  }
}
await browser.close()
await end(demo)
await api.close()
