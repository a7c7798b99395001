import { EventEmitter, on } from 'node:events'
import { createServer, type Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import { tracked } from '@trpc/server'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { protectedProcedure, publicProcedure, router } from '../../../server/test/support/trpc.ts'
import { describeInBrowser, launchBrowser } from '../../../server/test/support/browser.ts'
import { bearer } from '../../../server/test/support/contract.ts'
import {
  closeServer,
  findFreePort,
  listenOnLoopback,
  untilReady,
} from '../../../server/test/support/http.ts'
import { startIssuer, type TestIssuer } from '../../../server/test/support/issuer.ts'
import { startTestServer, type TestServer } from '../../../server/test/support/server.ts'

const PAGE = fileURLToPath(
  new URL('../../../server/test/support/subscription-page.ts', import.meta.url),
)

/** Events that outlive a restart, as those in a database do. */
function createEvents() {
  const events: string[] = []
  const added = new EventEmitter()
  /** What each subscription was asked to go on from, and who asked. */
  const subscriptions: { lastEventId: string | undefined; subject: string | undefined }[] = []
  const eventsRouter = router({
    events: protectedProcedure
      .input(z.object({ lastEventId: z.string().optional() }).optional())
      .subscription(async function* ({ input, ctx, signal }) {
        const lastEventId = input?.lastEventId
        const additions = on(added, 'added', { signal: signal as AbortSignal })
        subscriptions.push({ lastEventId, subject: ctx.token.subject })
        let sent = Number(lastEventId ?? 0)
        do {
          for (; sent < events.length; sent++) yield tracked(String(sent + 1), events[sent] ?? '')
        } while (!(await additions.next()).done)
      }),
  })
  const add = (event: string) => {
    events.push(event)
    added.emit('added')
  }
  return { eventsRouter, add, subscriptions }
}

export type EventsRouter = ReturnType<typeof createEvents>['eventsRouter']

/** A page on an origin of its own. */
async function servePage() {
  const bundle = await build({ entryPoints: [PAGE], bundle: true, write: false, format: 'esm' })
  const server = createServer((_req, res) => {
    res.setHeader('content-type', 'text/html')
    res.end(`<script type="module">${bundle.outputFiles[0]?.text}</script>`)
  })
  return { server, origin: `http://localhost:${await listenOnLoopback(server)}` }
}

describeInBrowser('a subscription of a page on another origin', () => {
  const { eventsRouter, add, subscriptions } = createEvents()
  let issuer: TestIssuer
  let api: TestServer
  let files: Server
  let browser: Browser
  let page: Page
  let start: () => Promise<TestServer>

  beforeAll(async () => {
    issuer = await startIssuer()
    const port = await findFreePort()
    const { server, origin } = await servePage()
    files = server
    start = () =>
      startTestServer({
        issuer,
        router: eventsRouter,
        env: { PORT: String(port), CLIENT_ORIGIN_URL: origin },
      })
    api = await start()
    browser = await launchBrowser()
    page = await browser.newPage()
    const state = { apiUrl: api.url, token: await tokenOf('before'), received: [] }
    await page.addInitScript(`globalThis.state = ${JSON.stringify(state)}`)
    await page.goto(origin)
  })
  afterAll(async () => {
    await browser.close()
    await api.close()
    await closeServer(files)
    await issuer.close()
  })

  const tokenOf = (sub: string) => issuer.mint({ claims: { sub } })
  const untilReceived = async (count: number) => {
    await page.waitForFunction(`state.failure || state.received.length >= ${count}`)
    expect(await page.evaluate('state.failure')).toBeUndefined()
    return page.evaluate('state.received')
  }

  it('goes on after a restart where it stopped, with the token of that time', async () => {
    add('one')
    add('two')
    const before = [
      { id: '1', data: 'one' },
      { id: '2', data: 'two' },
    ]
    expect(await untilReceived(2)).toEqual(before)

    await page.evaluate(`state.token = '${await tokenOf('after')}'`)
    await api.close()
    add('three')
    api = await start()
    await untilReady(api.url)
    add('four')

    expect(await untilReceived(4)).toEqual([
      ...before,
      { id: '3', data: 'three' },
      { id: '4', data: 'four' },
    ])
    expect(subscriptions).toEqual([
      { lastEventId: undefined, subject: 'before' },
      { lastEventId: '2', subject: 'after' },
    ])
  })
})

it('ends at a stop, which other requests are waited for', async () => {
  const { eventsRouter } = createEvents()
  let answer: () => void = () => undefined
  const held = new Promise<void>((resolve) => (answer = resolve))
  let arrive: () => void = () => undefined
  const arrived = new Promise<void>((resolve) => (arrive = resolve))
  const slow = publicProcedure.query(() => {
    arrive()
    return held
  })
  const issuer = await startIssuer()
  const api = await startTestServer({
    issuer,
    router: router({ ...eventsRouter._def.record, slow }),
  })
  const open = await fetch(`${api.url}/trpc/events`, { headers: bearer(await issuer.mint()) })
  expect(open.headers.get('content-type')).toBe('text/event-stream')
  const asked = fetch(`${api.url}/trpc/slow`)
  await arrived

  const closed = api.close()
  await open.text().catch(() => 'cut')
  answer()
  expect((await asked).status).toBe(200)
  await closed
  await issuer.close()
})
