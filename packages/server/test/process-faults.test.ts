import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findFreePort } from './support/http.ts'
import { startIssuer, type TestIssuer } from './support/issuer.ts'
import { openConnection } from './support/keep-alive.ts'
import { openRaw } from './support/raw.ts'
import { startServerProcess, type ServerProcess } from './support/server-process.ts'

const preload = new URL('support/faulty-procedures.ts', import.meta.url).href

let issuer: TestIssuer
let server: ServerProcess
let metricsPort: number
beforeAll(async () => {
  issuer = await startIssuer()
  metricsPort = await findFreePort()
  const env = { METRICS_PORT: String(metricsPort) }
  server = await startServerProcess({ issuer, preload, env })
})
afterAll(async () => {
  await server.end()
  await issuer.close()
})

const unhandled = () => server.log().filter(({ msg }) => msg === 'unhandled rejection')
const statusOf = async (path: string, id = 'some') =>
  (await fetch(`${server.url}${path}`, { headers: { 'x-request-id': id } })).status

/** Its rejections have come by then: a timer of the server that began later has ended. */
const settled = () => statusOf('/api/faulty/wait')

const IN_RESULTS = ['field', 'deep', 'collections', 'nested', 'getter', 'unfit', 'discarded']

describe('a promise that rejects in what a procedure returns', () => {
  it.each([...IN_RESULTS.map((name) => `/api/faulty/${name}`)])(
    'is not left to the process by REST: %s',
    async (path) => {
      await statusOf(path)
      await settled()
      expect(unhandled()).toEqual([])
    },
  )

  it.each([...IN_RESULTS, 'root'])('is not left to the process by RPC: %s', async (name) => {
    await statusOf(`/trpc/faulty.${name}`)
    await statusOf(`/trpc/faulty.${name},messages.public?batch=1`)
    await settled()
    expect(unhandled()).toEqual([])
  })

  it('begins no query that is returned without being awaited', async () => {
    expect(await statusOf('/api/faulty/lazy')).toBe(200)
  })

  it.each([...IN_RESULTS, 'root', 'items'])(
    'is not left to the process by a stream whose reader leaves: %s',
    async (name) => {
      for (let chunks = 0; chunks < 4; chunks++) await leaveStream(name, chunks)
      await settled()
      expect(unhandled()).toEqual([])
    },
  )

  /** Leaves once so many pieces of the answer have come, or all of it. */
  async function leaveStream(name: string, chunks: number): Promise<void> {
    const { socket, closed } = openRaw(
      server.port,
      `GET /trpc/faulty.${name}?batch=1 HTTP/1.1\r\nHost: localhost\r\ntrpc-accept: application/jsonl\r\nConnection: close\r\n\r\n`,
    )
    for (let count = 0; count < chunks && !socket.readableEnded; count++) {
      await Promise.race([once(socket, 'data'), closed])
    }
    socket.destroy()
    await closed
  }
})

describe('a rejection that nobody awaits', () => {
  it.each([
    ['later', 'Error', 'nobody awaits this'],
    ['laterUnreadable', 'object', 'An error was thrown that cannot be read'],
    ['laterNothing', 'object', 'Not an error was thrown'],
  ])(
    'is logged with the id of its request, and the server goes on: %s',
    async (name, type, message) => {
      for (const path of [`/api/faulty/${name}`, `/trpc/faulty.${name}`]) {
        const requestId = `of${path.replaceAll('/', '.')}`
        expect(await statusOf(path, requestId)).toBe(200)
        await expect
          .poll(() => unhandled().at(-1))
          .toMatchObject({
            level: 50,
            requestId,
            err: { type, message },
          })
      }
      expect(await statusOf('/livez')).toBe(200)
    },
  )

  it('is counted', async () => {
    const metrics = await fetch(`http://127.0.0.1:${metricsPort}/metrics`)
    const [, count] = /^unhandled_rejections_total (\d+)$/m.exec(await metrics.text()) ?? []
    expect(Number(count)).toBe(unhandled().length)
  })
})

describe('an exception that nobody caught', () => {
  it('is logged, lets open requests end, and ends the server with status 1', async () => {
    const open = await openConnection(server.port)
    const answer = open.request('/api/faulty/wait')
    await statusOf('/api/faulty/crash', 'the-crash')
    expect(await answer).toMatchObject({ status: 200, body: '"waited"' })
    expect(await server.exit).toBe(1)
    const fatal = server.log().filter(({ level }) => level === 60)
    expect(fatal).toMatchObject([
      { requestId: 'the-crash', msg: 'uncaught error', err: { message: 'nobody catches this' } },
    ])
  })
})
