import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bearer, MESSAGES } from './support/contract.ts'
import { isListening } from './support/http.ts'
import { sendJson, startIssuer, type TestIssuer } from './support/issuer.ts'
import { openConnection, type KeepAliveConnection } from './support/keep-alive.ts'
import { startServerProcess, untilReady, type ServerProcess } from './support/server-process.ts'

const CRASH = new URL('support/crash.ts', import.meta.url).href

let issuer: TestIssuer
let server: ServerProcess
beforeAll(async () => {
  issuer = await startIssuer()
})
afterEach(async () => {
  issuer.answer = undefined
  await server.end()
})
afterAll(() => issuer.close())

/** A request that waits in the server until the issuer answers: its token can't be verified before. */
async function startWithOpenRequest() {
  const waiting: ServerResponse[] = []
  issuer.answer = (_req, res) => waiting.push(res)
  server = await startServerProcess({ issuer })
  const connection = await openConnection(server.port)
  const token = await issuer.mint()
  const response = connection.request('/api/messages/protected', bearer(token))
  await expect.poll(() => waiting.length).toBe(1)
  await (await openConnection(server.port)).request('/livez') // so the request before it has arrived
  const answer = () => {
    issuer.answer = undefined
    for (const res of waiting) {
      const discovery = res.req.url?.endsWith('openid-configuration')
      sendJson(res, discovery ? issuer.metadata() : issuer.jwks())
    }
  }
  return { connection, response, answer }
}

describe('SIGTERM', () => {
  it('takes the server out of service at once, and lets an open request end', async () => {
    const open = await startWithOpenRequest()
    server.signal('SIGTERM')
    await server.printed(/"msg":"stopping"/)

    const ready = await (await openConnection(server.port)).request('/readyz')
    expect(ready).toMatchObject({ status: 503, body: '{"message":"Service Unavailable"}' })
    expect(ready.head).toContain('connection: close')

    open.answer()
    const response = await open.response
    expect(response).toMatchObject({ status: 200, body: MESSAGES.protected })
    expect(response.head).toContain('connection: close')
    expect(await server.exit).toBe(0)
  })

  it('serves a request that an idle connection sends just then, and closes it after', async () => {
    server = await startServerProcess({ issuer })
    const connection = await openConnection(server.port)
    expect((await connection.request('/livez')).head).toContain('connection: keep-alive')
    server.signal('SIGTERM')
    await server.printed(/"msg":"stopping"/)
    const response = await connection.request('/api/messages/public')
    expect(response).toMatchObject({ status: 200, body: MESSAGES.public })
    expect(response.head).toContain('connection: close')
    await connection.ended
    expect(await server.exit).toBe(0)
  })

  it('loses no request of keep-alive connections under load', async () => {
    server = await startServerProcess({ issuer })
    await untilReady(server)
    const token = await issuer.mint()
    const connections = await Promise.all(
      Array.from({ length: 40 }, () => openConnection(server.port)),
    )
    const served = Promise.all(connections.map((connection) => askUntilClosed(connection, token)))
    await server.printed(/"msg":"request"/)
    server.signal('SIGTERM')
    const answers = await served
    expect(answers.every((statuses) => statuses.every((status) => status === 200))).toBe(true)
    await Promise.all(connections.map(({ ended }) => ended))
    expect(await server.exit).toBe(0)

    const logged = server.log().filter(({ route }) => route === '/api/messages/protected')
    expect(logged).toHaveLength(answers.flat().length)
  })

  /** One request after the other, until a response says that it is the last one. */
  async function askUntilClosed(connection: KeepAliveConnection, token: string): Promise<number[]> {
    const statuses: number[] = []
    for (;;) {
      const response = await connection.request('/api/messages/protected', bearer(token))
      statuses.push(response.status)
      if (response.head.includes('connection: close')) return statuses
    }
  }

  it('refuses new connections once its grace is over', async () => {
    const open = await startWithOpenRequest()
    server.signal('SIGTERM')
    await expect.poll(() => isListening(server.port)).toBe(false)
    open.answer()
    expect((await open.response).status).toBe(200)
    expect(await server.exit).toBe(0)
  })
})

describe('a second signal', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends the server at a second signal, %s, without waiting',
    async (second) => {
      const open = await startWithOpenRequest()
      const lost = expect(open.response).rejects.toThrow('The connection ended')
      server.signal('SIGTERM')
      server.signal('SIGTERM') // the same one, passed on by npm
      await server.printed(/"msg":"stopping"/)
      expect((await (await openConnection(server.port)).request('/livez')).status).toBe(200)
      await delay(150)
      server.signal(second)
      expect(await server.exit).toBe(1)
      await lost
    },
  )
})

describe('an error that nobody caught', () => {
  it.each([
    ['thrown', 'SIGUSR2', 'nobody catches this'],
    ['a rejection', 'SIGHUP', 'nobody awaits this'],
  ] as const)(
    'logs an error that nobody caught (%s), and ends the server with status 1',
    async (_kind, signal, message) => {
      server = await startServerProcess({ issuer, preload: CRASH })
      await untilReady(server)
      const id = 'the-request-before'
      await fetch(`${server.url}/livez`, { headers: { 'x-request-id': id } })
      server.signal(signal)
      expect(await server.exit).toBe(1)
      const last = server.log().slice(-2)
      expect(last).toEqual([
        expect.objectContaining({ requestId: id }),
        expect.objectContaining({
          level: 60,
          msg: 'uncaught error',
          err: expect.objectContaining({
            message,
            stack: expect.stringContaining('crash.ts') as string,
          }) as object,
        }),
      ])
    },
  )
})
