import { EventEmitter, on } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { initTRPC } from '@trpc/server'
import Fastify from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHybrid, type HybridMeta } from 'trpc-hybrid'
import { fastifyPlugin } from 'trpc-hybrid/fastify'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { nodeHandler } from 'trpc-hybrid/node'
import { listen } from '../hybrid/hosts.ts'

const t = initTRPC.meta<HybridMeta>().create()
const CHUNK = 'x'.repeat(64 * 1024)
const PING_MS = 60

const emitter = new EventEmitter().setMaxListeners(0)
const faults: unknown[] = []
let yielded = 0
let signalled = 0
let ended = 0
/** Procedures that have begun and not ended. */
let running = 0
beforeEach(() => {
  faults.length = 0
  yielded = 0
  signalled = 0
  ended = 0
})

const router = t.router({
  events: t.procedure.subscription(async function* ({ signal }) {
    running++
    signal?.addEventListener('abort', () => signalled++)
    try {
      yield 'begun'
      for await (const [event] of on(emitter, 'event', { signal })) yield event as unknown
    } finally {
      ended++
      running--
    }
  }),
  deaf: t.procedure.subscription(async function* () {
    running++
    try {
      for (;;) {
        yield 'begun'
        await delay(20)
      }
    } finally {
      ended++
      running--
    }
  }),
  endless: t.procedure.subscription(async function* () {
    for (;;) {
      yielded++
      yield await Promise.resolve(CHUNK)
    }
  }),
  unwritable: t.procedure.subscription(async function* () {
    running++
    try {
      yield 'begun'
      yield await Promise.resolve(1n)
      yielded++
    } finally {
      ended++
      running--
    }
  }),
  failsLate: t.procedure.subscription(async function* ({ signal }) {
    yield 'begun'
    await new Promise((resolve) => signal?.addEventListener('abort', resolve))
    throw new Error('The connection to the database could not be closed')
  }),
  failsInCleaning: t.procedure.subscription(async function* () {
    try {
      for (;;) {
        yield 'begun'
        await delay(20)
      }
    } finally {
      // eslint-disable-next-line no-unsafe-finally -- that is what is tested
      throw new Error('The connection to the database could not be closed')
    }
  }),
})

const hybrid = createHybrid({
  router,
  info: { title: 'Events', version: '1.0.0' },
  pingMs: PING_MS,
  onError: ({ error }) => faults.push(String(error.cause)),
})
const createContext = () => ({})

interface Opened {
  /** All text that has come. */
  readonly text: () => string
  readonly leave: () => Promise<unknown>
}

/** Reads until it leaves. */
function follow(body: ReadableStream<Uint8Array> | null): Opened {
  if (!body) throw new Error('There is no body')
  const reader = body.getReader()
  let text = ''
  const read = async (): Promise<void> => {
    const { done, value } = await reader.read()
    text += Buffer.from(value ?? []).toString()
    if (!done) await read()
  }
  void read().catch(() => undefined)
  return { text: () => text, leave: () => reader.cancel() }
}

const HOSTS: Record<string, () => Promise<{ url: string; close: () => Promise<unknown> }>> = {
  'node:http': () => listen(nodeHandler(hybrid, { createContext })),
  Fastify: async () => {
    const app = Fastify({ forceCloseConnections: true })
    await app.register(fastifyPlugin(hybrid, { createContext }), { prefix: '/api' })
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    return { url: `${url}/api`, close: () => app.close() }
  },
}

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  await expect.poll(() => running).toBe(0)
})

/** @returns asks for a subscription of the host */
async function start(name: string): Promise<(procedure: string) => Promise<Response>> {
  if (name === 'Request and Response') {
    const handle = fetchHandler(hybrid, { createContext })
    return (procedure) => handle(new Request(`http://localhost/trpc/${procedure}`))
  }
  const host = await HOSTS[name]?.()
  if (host) closing.push(host.close)
  return (procedure) => fetch(`${host?.url}/trpc/${procedure}`)
}

describe.each([...Object.keys(HOSTS), 'Request and Response'])('A subscription in %s', (host) => {
  it('is sent event by event, and pings when nothing happens between them', async () => {
    const ask = await start(host)
    const { text, leave } = follow((await ask('events')).body)
    await expect.poll(text).toContain('data: "begun"\n')
    await expect.poll(text).toContain('event: ping\n')
    emitter.emit('event', { n: 1 })
    await expect.poll(text).toMatch(/event: ping\n[^]*data: \{"n":1\}\n/)
    await expect.poll(text).toMatch(/"n":1[^]*event: ping\n[^]*event: ping\n/)
    emitter.emit('event', { n: 2 })
    await expect.poll(text).toMatch(/"n":1[^]*"n":2/)
    expect(text().match(/data: \{/g)).toHaveLength(3) // what the client is told at first is one
    await leave()
    await expect.poll(() => [signalled, ended]).toEqual([1, 1])
    expect(faults).toEqual([])
  })

  it('does not ping while events come', async () => {
    const ask = await start(host)
    const { text, leave } = follow((await ask('deaf')).body)
    await delay(4 * PING_MS)
    await leave()
    expect(text()).not.toContain('event: ping')
    await expect.poll(() => ended).toBe(1)
  })

  it('has its procedure ended when its client leaves, though that listens to no signal', async () => {
    const ask = await start(host)
    const { text, leave } = follow((await ask('deaf')).body)
    await expect.poll(text).toContain('data: "begun"\n')
    await leave()
    await expect.poll(() => ended).toBe(1)
  })

  it('has its procedure ended when an event can not be written', async () => {
    const ask = await start(host)
    expect(await (await ask('unwritable')).text()).toMatch(/"begun"[^]*event: serialized-error\n/)
    expect([ended, yielded]).toEqual([1, 0])
    expect(faults).toEqual([expect.stringContaining('BigInt')])
  })

  it('asks its procedure for no more than its client takes', async () => {
    const ask = await start(host)
    const { body } = await ask('endless')
    const reader = body?.getReader()
    await reader?.read()
    await delay(100)
    const before = yielded
    await delay(100)
    expect(yielded).toBe(before)
    await reader?.cancel()
  })

  it.each(['failsLate', 'failsInCleaning'])(
    'has an error told that comes when its client has left: %s',
    async (procedure) => {
      const ask = await start(host)
      const { text, leave } = follow((await ask(procedure)).body)
      await expect.poll(text).toContain('data: "begun"\n')
      await leave()
      await expect
        .poll(() => faults)
        .toEqual(['TRPCError: The connection to the database could not be closed'])
    },
  )

  it('loses no event that comes while its client is slow to read a ping', async () => {
    const ask = await start(host)
    const reader = (await ask('events')).body?.getReader()
    let text = ''
    const readUntil = async (wanted: string): Promise<void> => {
      while (!text.includes(wanted)) {
        text += Buffer.from((await reader?.read())?.value ?? []).toString()
      }
    }
    await readUntil('"begun"')
    await expect.poll(() => emitter.listenerCount('event')).toBe(1)
    await delay(3 * PING_MS)
    emitter.emit('event', 'while it pings')
    await delay(10)
    await readUntil('"while it pings"')
    emitter.emit('event', 'later')
    await readUntil('"later"')
    expect(text).toMatch(/event: ping\n[^]*"while it pings"[^]*"later"/)
    expect(text.split('"while it pings"')).toHaveLength(2)
    await reader?.cancel()
  })

  it('is never begun twice, nor goes on, where nobody reads it', async () => {
    const ask = await start(host)
    const { body } = await ask('events')
    await body?.cancel()
    emitter.emit('event', 1)
    await delay(PING_MS)
    expect(signalled).toBeLessThanOrEqual(1)
    expect(emitter.listenerCount('event')).toBe(0)
  })
})
