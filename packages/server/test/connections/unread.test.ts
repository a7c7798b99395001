import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { publicProcedure, router } from '../support/trpc.ts'
import { createClock } from '../support/clock.ts'
import { MESSAGES } from '../support/contract.ts'
import { startIssuer, type TestIssuer } from '../support/issuer.ts'
import { openRaw } from '../support/raw.ts'
import { testRouter } from '../support/router.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const HUGE = 'x'.repeat(80 * 1024 * 1024) // more than a system keeps for a connection: up to 32 MiB at its reader, 4 at its writer
const hugeRouter = router({
  ...testRouter._def.record,
  huge: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/huge' } })
    .output(z.string())
    .query(() => HUGE),
})

const clock = createClock()
let issuer: TestIssuer
let server: TestServer
beforeAll(async () => {
  issuer = await startIssuer()
  server = await startTestServer({
    issuer,
    router: hugeRouter,
    ...clock,
    limits: { unreadTimeoutMs: 1_500, lingerMs: 100 },
  })
})
afterAll(async () => {
  await server.close()
  await issuer.close()
})

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`
const descriptors = () => readdirSync('/proc/self/fd').length

async function answers(): Promise<string> {
  return (await fetch(`${server.url}/api/messages/public`)).text()
}

/** Where the docs page has its largest file. */
async function bundle(): Promise<string> {
  const page = await (await fetch(`${server.url}/docs`)).text()
  return /"(\/docs\/swagger-ui-[^"]+bundle\.js)"/.exec(page)?.[1] ?? ''
}

/** A connection that sends bytes and reads nothing. */
async function openDeaf(bytes: string): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => undefined) // a reset
  socket.write(bytes)
  return socket
}

const openManyDeaf = (count: number, bytes: string) =>
  Promise.all(Array.from({ length: count }, () => openDeaf(bytes)))

describe('requests that nobody reads the answers of', () => {
  it('leaves no file and no socket open when the sender of unread requests goes', async () => {
    const path = await bundle()
    await answers() // fetch has its connection by now
    const before = descriptors()
    const senders = await openManyDeaf(20, get(path).repeat(100))
    for (const socket of senders) socket.destroy()
    await expect.poll(descriptors).toBeLessThanOrEqual(before)
    expect(await answers()).toBe(MESSAGES.public)
  })

  it('answers up to 16 requests of a connection, in their order', async () => {
    const paths = Array.from({ length: 16 }, (_, i) => (i % 2 ? '/livez' : '/api/messages/public'))
    const { socket, received } = openRaw(server.port, paths.map(get).join(''))
    await expect.poll(() => received().match(/HTTP\/1\.1 200 /g)).toHaveLength(16)
    const bodies = [...received().matchAll(/\r\n\r\n(\{.*?\})/g)].map(([, body]) => body)
    expect(bodies.filter((body) => body === MESSAGES.public)).toHaveLength(8)
    expect(bodies.slice(0, 2)).toEqual([MESSAGES.public, bodies[1]])
    socket.destroy()
  })

  it('closes a connection on which more than 16 requests wait', async () => {
    await openRaw(server.port, get('/docs/docs.css').repeat(17)).closed
  })

  it('takes no memory for the requests that wait: 60 connections of 1,100 each', async () => {
    const before = process.memoryUsage().rss
    const senders = await openManyDeaf(60, get('/docs/docs.css').repeat(1_100))
    for (let i = 0; i < 5; i++) expect(await answers()).toBe(MESSAGES.public)
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024)
    for (const socket of senders) socket.destroy()
    expect(
      await (await fetch(`${server.url}/livez`, { headers: { connection: 'close' } })).text(),
    ).toContain('ok')
  })

  it('closes a connection on which nothing is read for a while', async () => {
    const socket = await openDeaf(get('/api/huge'))
    const lineLater = () => {
      clock.advance({ seconds: 1 })
      return server.log.find(({ route }) => route === '/api/huge')
    }
    await expect.poll(lineLater).toMatchObject({ status: 200, aborted: true })
    socket.destroy()
  })

  it('keeps a connection open for as long as a little is read now and then', async () => {
    const socket = await openDeaf(get('/api/huge'))
    let received = 0
    const readALittle = async () => {
      const enough = received + 3_000_000 // the system asks for more once a 16th of what it keeps is free
      while (received < enough) {
        const chunk = socket.read() as Buffer | null
        if (chunk) received += chunk.length
        else if (socket.destroyed) throw new Error('The connection was closed')
        else await delay(5)
      }
    }
    for (let i = 0; i < 10; i++) {
      await readALittle()
      clock.advance({ seconds: 0.5 }) // three of them are as long as it may take nothing
      await delay(100) // so long is between two looks
    }
    socket.on('data', (chunk: Buffer) => (received += chunk.length)).resume()
    await expect.poll(() => received).toBeGreaterThan(HUGE.length)
    socket.destroy()
  })
})
