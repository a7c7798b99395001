import { EventEmitter, on } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { createTRPCClient, httpSubscriptionLink, type TRPCClientError } from '@trpc/client'
import { tracked } from '@trpc/server'
import { EventSource } from 'eventsource'
import { afterEach, beforeAll, afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { protectedProcedure, publicProcedure, router } from '../../../server/test/support/trpc.ts'
import { bearer } from '../../../server/test/support/contract.ts'
import { startIssuer, type TestIssuer } from '../../../server/test/support/issuer.ts'
import { openRaw } from '../../../server/test/support/raw.ts'
import {
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from '../../../server/test/support/server.ts'

/** In seconds since the epoch, as a token's `exp`. */
const AT = 1_800_000_000
const events: string[] = []
const added = new EventEmitter().setMaxListeners(0)
function add(event: string): void {
  events.push(event)
  added.emit('added')
}
/** Streams whose procedure has been told that they are over. */
let over = 0

async function* untilAborted(signal: AbortSignal | undefined) {
  try {
    yield 'begun'
    await new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => {
        reject(signal.reason as Error)
      })
    })
  } finally {
    over++
  }
}

const streams = router({
  events: protectedProcedure
    .input(z.object({ lastEventId: z.string().optional() }).optional())
    .subscription(async function* ({ input, signal }) {
      const additions = on(added, 'added', { signal: signal as AbortSignal })
      let sent = Number(input?.lastEventId ?? 0)
      do {
        for (; sent < events.length; sent++) yield tracked(String(sent + 1), events[sent] ?? '')
      } while (!(await additions.next()).done)
    }),
  idle: protectedProcedure.subscription(({ signal }) => untilAborted(signal)),
  open: publicProcedure.subscription(({ signal }) => untilAborted(signal)),
  broken: publicProcedure.subscription(async function* () {
    yield await Promise.resolve('begun')
    throw new Error('internal')
  }),
  quick: publicProcedure.query(() => 'quick'),
  download: protectedProcedure.query(({ signal }) => untilAborted(signal)),
  never: protectedProcedure.query(() => new Promise<string>(() => undefined)),
})

let issuer: TestIssuer
let server: TestServer
let nowSeconds = AT
beforeAll(async () => {
  issuer = await startIssuer()
})
afterEach(() => server.close())
afterAll(() => issuer.close())

async function start(options: Omit<TestServerOptions, 'issuer'> = {}): Promise<void> {
  nowSeconds = AT
  over = 0
  server = await startTestServer({
    issuer,
    router: streams,
    now: () => nowSeconds * 1000,
    ...options,
    env: { METRICS_PORT: '0', ...options.env },
    times: { sweepMs: 20, ...options.times },
  })
}

const mint = (claims: Record<string, unknown> = {}, at = nowSeconds) =>
  issuer.mint({ at, claims: { exp: at + 60, ...claims } })
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/trpc/${path}`, { headers })
const jsonl = (headers: Record<string, string>) => ({
  ...headers,
  'trpc-accept': 'application/jsonl',
})
/** All that comes until the connection is cut, and whether it was. */
async function readUntilCut(answer: Response): Promise<{ text: string; cut: boolean }> {
  const { body } = answer
  let text = ''
  try {
    if (body) for await (const chunk of body) text += Buffer.from(chunk as Uint8Array).toString()
    return { text, cut: false }
  } catch {
    return { text, cut: true }
  }
}
async function metric(name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${server.metricsPort}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return Number(line?.slice(name.length))
}
const ended = (end: string) => metric(`streams_ended_total{end="${end}"}`)
const untilOpen = (count: number) => expect.poll(() => metric('open_streams')).toBe(count)

describe('a stream whose token expires', () => {
  it.each([
    ['a subscription', 'idle', bearer],
    [
      'a streamed batch with a generator',
      'download?batch=1',
      (token: string) => jsonl(bearer(token)),
    ],
    ['a streamed batch that waits', 'never?batch=1', (token: string) => jsonl(bearer(token))],
    [
      'a streamed batch of several calls',
      'quick,never?batch=1',
      (token: string) => jsonl(bearer(token)),
    ],
    ['a public subscription that a token came with', 'open', bearer],
  ] as const)('is cut, and says nowhere that it is complete: %s', async (_kind, path, headers) => {
    await start()
    const answer = await get(path, headers(await mint()))
    expect(answer.status).toBe(200)
    const read = readUntilCut(answer)
    nowSeconds = AT + 59
    await delay(60)
    expect(await metric('open_streams')).toBe(1)
    nowSeconds = AT + 60
    const { text, cut } = await read
    expect(cut).toBe(true)
    expect(text).not.toContain('event: return')
    await untilOpen(0)
    expect(await ended('expired')).toBe(1)
  })

  it('tells its procedure', async () => {
    await start()
    const reads = [
      get('idle', bearer(await mint())).then(readUntilCut),
      get('download?batch=1', jsonl(bearer(await mint()))).then(readUntilCut),
    ]
    await untilOpen(2)
    nowSeconds = AT + 60
    await Promise.all(reads)
    await expect.poll(() => over).toBe(2)
  })

  it('lasts through the clock tolerance where it began in it, so that nobody comes back over and over', async () => {
    await start()
    const token = await mint()
    nowSeconds = AT + 61
    const read = get('idle', bearer(token)).then(readUntilCut)
    await untilOpen(1)
    await delay(60)
    expect(await metric('open_streams')).toBe(1)
    nowSeconds = AT + 65
    expect((await read).cut).toBe(true)
  })

  it('goes on where no token came with it', async () => {
    await start()
    const leave = new AbortController()
    await fetch(`${server.url}/trpc/open`, { signal: leave.signal })
    nowSeconds = AT + 1_000_000
    await delay(60)
    expect(await metric('open_streams')).toBe(1)
    leave.abort()
    await untilOpen(0)
    expect(await ended('left')).toBe(1)
  })
})

describe("a tRPC client's subscription", () => {
  /** @param tokens one for each connection; the last is used again */
  function subscribe(tokens: string[]) {
    const received: string[] = []
    const state = {
      connections: 0,
      error: undefined as TRPCClientError<typeof streams> | undefined,
    }
    const client = createTRPCClient<typeof streams>({
      links: [
        httpSubscriptionLink({
          url: `${server.url}/trpc`,
          EventSource,
          eventSourceOptions: {
            fetch: (url, init) => {
              const token = tokens[Math.min(state.connections++, tokens.length - 1)] ?? ''
              return fetch(url, { ...init, headers: { ...init.headers, ...bearer(token) } })
            },
          },
        }),
      ],
    })
    const subscription = client.events.subscribe(undefined, {
      onData: ({ data }) => received.push(data),
      onError: (error) => (state.error = error),
    })
    const leave = () => {
      subscription.unsubscribe()
    }
    return { received, state, leave }
  }

  it('comes back with the token of that time, and misses no event', async () => {
    await start()
    events.length = 0
    add('one')
    const { received, state, leave } = subscribe([await mint(), await mint({ exp: AT + 1_000 })])
    await expect.poll(() => received).toEqual(['one'])
    nowSeconds = AT + 60
    await untilOpen(0)
    add('two')
    await expect.poll(() => received).toEqual(['one', 'two'])
    add('three')
    await expect.poll(() => received).toEqual(['one', 'two', 'three'])
    expect(state).toEqual({ connections: 2, error: undefined })
    leave()
    await untilOpen(0)
  })

  it('is refused with 401 and stops where its token can not be renewed', async () => {
    await start()
    events.length = 0
    const { state } = subscribe([await mint()])
    await untilOpen(1)
    nowSeconds = AT + 66
    await expect.poll(() => state.error?.data?.httpStatus).toBe(401)
    expect(state.connections).toBe(2)
  })
})

describe('the streams of a client', () => {
  const env = { MAX_STREAMS_PER_CLIENT: '2' }
  const leaving: AbortController[] = []
  /** Opens a stream that stays. */
  async function open(path: string, headers: Record<string, string> = {}) {
    const leave = new AbortController()
    leaving.push(leave)
    const answer = await fetch(`${server.url}/trpc/${path}`, { headers, signal: leave.signal })
    const leaveIt = () => {
      leave.abort()
    }
    return { answer, leave: leaveIt }
  }
  afterEach(() => {
    for (const leave of leaving.splice(0)) leave.abort()
  })

  it.each([{ RATE_LIMIT_MAX: '6000' }, { RATE_LIMIT_MAX: '0' }])(
    'are limited by the subject of its token, whatever else is set: %o',
    async (more) => {
      await start({ env: { ...env, ...more } })
      const headers = bearer(await mint())
      const first = await open('idle', headers)
      await open('never?batch=1', jsonl(headers))
      for (const refused of [
        await get('idle', headers),
        await get('quick?batch=1', jsonl(headers)),
      ]) {
        expect(refused.status).toBe(429)
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
        expect(await refused.json()).toMatchObject({
          error: { message: 'Too Many Requests', data: { httpStatus: 429 } },
        })
      }
      expect(await ended('refused')).toBe(2)
      expect((await open('idle', bearer(await mint({ sub: 'another' })))).answer.status).toBe(200)
      expect((await open('open')).answer.status).toBe(200)
      first.leave()
      await untilOpen(3)
      expect((await open('idle', headers)).answer.status).toBe(200)
    },
  )

  it('are limited by its address where there is no subject: no token, a bad one, one without `sub`', async () => {
    await start({ env })
    const none = bearer(await mint({ sub: undefined }))
    await open('open')
    await open('idle', none)
    expect((await get('open')).status).toBe(429)
    expect((await get('open', none)).status).toBe(429)
    expect((await get('open', bearer('bad'))).status).toBe(429)
  })

  it('count no more when they end: complete, failed, refused by a guard, left', async () => {
    await start({ env })
    for (let i = 0; i < 3; i++) {
      expect(await (await get('quick?batch=1', jsonl({}))).text()).toContain('quick')
      expect(await (await get('broken')).text()).toContain('event: serialized-error')
      expect(await (await get('idle')).text()).toContain('Requires authentication')
      const { leave } = await open('open')
      leave()
      await untilOpen(0)
    }
    expect([await ended('finished'), await ended('left')]).toEqual([9, 3])
  })

  it('count no more where their client had gone before they began', async () => {
    await start({ env })
    for (let i = 0; i < 3; i++) {
      openRaw(server.port, 'GET /trpc/open HTTP/1.1\r\nHost: a\r\n\r\n').socket.destroySoon()
    }
    await untilOpen(0)
    expect((await open('open')).answer.status).toBe(200)
  })

  it('may be of any number where that is set', async () => {
    await start({ env: { MAX_STREAMS_PER_CLIENT: '0' } })
    for (let i = 0; i < 101; i++) expect((await open('open')).answer.status).toBe(200)
  })

  it('are counted where the path is written in another way', async () => {
    await start({ env: { MAX_STREAMS_PER_CLIENT: '1' } })
    await open('open')
    for (const path of ['%6Fpen', 'nowhere/open', 'open?x=/', 'open?connectionParams=null']) {
      expect((await get(path)).status).toBe(429)
    }
    const accept = { accept: 'text/html, application/jsonl' }
    expect((await get('quick?batch=1', accept)).status).toBe(429)
  })

  it('are ended by a stop, a subscription before a streamed batch, which may yet be complete', async () => {
    await start({ env, times: { tellMs: 1_000, answerMs: 1_000, cutMs: 1_000 } })
    const subscription = await open('open')
    const batch = await open('never?batch=1', jsonl(bearer(await mint())))
    const closed = server.close()
    expect((await readUntilCut(subscription.answer)).text).not.toContain('event: return')
    expect([await metric('open_streams'), await ended('stopped')]).toEqual([1, 1])
    expect((await readUntilCut(batch.answer)).cut).toBe(true)
    await closed
  })
})

describe('an idle stream', () => {
  it.each([
    ['idle', {}, 'event: ping'],
    ['never?batch=1', jsonl({}), '  '],
  ])('pings: %s', async (path, headers, ping) => {
    await start({ times: { pingMs: 10 } })
    const read = get(path, { ...headers, ...bearer(await mint()) }).then(readUntilCut)
    await untilOpen(1)
    await delay(100)
    nowSeconds = AT + 60
    expect((await read).text).toContain(ping)
  })

  it.each([
    ['idle', {}],
    ['quick?batch=1', jsonl({})],
  ])('asks proxies not to hold it back: %s', async (path, headers) => {
    await start()
    const answer = await get(path, headers)
    expect(answer.headers.get('x-accel-buffering')).toBe('no')
    await answer.text()
  })

  it('has its client told after which silence to come back', async () => {
    await start()
    const read = get('idle', bearer(await mint())).then(readUntilCut)
    await untilOpen(1)
    nowSeconds = AT + 60
    expect((await read).text).toContain('data: {"reconnectAfterInactivityMs":45000}')
  })
})
