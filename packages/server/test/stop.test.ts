import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { publicProcedure, router } from './support/trpc.ts'
import { bearer, MESSAGES } from './support/contract.ts'
import { isListening } from './support/http.ts'
import { sendJson, startIssuer, type TestIssuer } from './support/issuer.ts'
import { openConnection, type KeepAliveConnection } from './support/keep-alive.ts'
import { startTestServer } from './support/server.ts'
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
async function startWithOpenRequest(options: { readonly preload?: string } = {}) {
  const waiting: ServerResponse[] = []
  issuer.answer = (_req, res) => waiting.push(res)
  server = await startServerProcess({ issuer, ...options })
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

describe('a stop with procedures that have not settled', () => {
  const times = { tellMs: 400, answerMs: 800, cutMs: 5_000 }
  const told: unknown[] = []
  const untilTold = (signal: AbortSignal | undefined) =>
    new Promise<void>((resolve) => {
      signal?.addEventListener('abort', () => {
        told.push(signal.reason)
        resolve()
      })
    })
  const slow = router({
    obeys: publicProcedure.query(async ({ signal }) => {
      await untilTold(signal)
      return 'what there was'
    }),
    givesUp: publicProcedure.query(async ({ signal }) => {
      await untilTold(signal)
      throw signal?.reason
    }),
    deaf: publicProcedure
      .meta({ openapi: { method: 'GET', path: '/api/deaf' } })
      .output(z.string())
      .query(() => new Promise<string>(() => undefined)),
    upload: publicProcedure
      .input(z.instanceof(FormData))
      .mutation(() => new Promise<string>(() => undefined)),
  })

  it('tells them near its end, and answers the callers of those that go on', async () => {
    const running = await startTestServer({ issuer, router: slow, times })
    const body = new FormData()
    body.set('name', 'Ada')
    const asked = [
      fetch(`${running.url}/trpc/obeys`),
      fetch(`${running.url}/trpc/givesUp`),
      fetch(`${running.url}/trpc/deaf`),
      fetch(`${running.url}/api/deaf`),
      fetch(`${running.url}/trpc/upload`, { method: 'POST', body }),
    ]
    await openConnection(running.port).then((last) => last.request('/livez')) // those before have arrived
    const closed = running.close()
    const answers = await Promise.all(asked)
    expect(answers.map(({ status }) => status)).toEqual([200, 503, 503, 503, 503])
    expect(await answers[0]?.json()).toEqual({ result: { data: 'what there was' } })
    expect(told).toHaveLength(2)
    expect(running.log).toContainEqual(
      expect.objectContaining({ msg: 'procedure not settled', procedure: 'deaf' }),
    )
    await closed
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

describe('an exception that nobody caught', () => {
  it('is logged and ends the server with status 1', async () => {
    server = await startServerProcess({ issuer, preload: CRASH })
    await untilReady(server)
    const id = 'the-request-before'
    await fetch(`${server.url}/livez`, { headers: { 'x-request-id': id } })
    server.signal('SIGUSR2')
    expect(await server.exit).toBe(1)
    const last = server.log().slice(-2)
    expect(last).toEqual([
      expect.objectContaining({ requestId: id }),
      expect.objectContaining({
        level: 60,
        msg: 'uncaught error',
        err: expect.objectContaining({
          message: 'nobody catches this',
          stack: expect.stringContaining('crash.ts') as string,
        }) as object,
      }),
    ])
  })

  it('an exception that nobody caught in a stop makes its status 1, and lets open requests end as before', async () => {
    const open = await startWithOpenRequest({ preload: CRASH })
    server.signal('SIGTERM')
    await server.printed(/"msg":"stopping"/)
    server.signal('SIGUSR2')
    await server.printed(/"msg":"uncaught error"/)
    open.answer()
    expect((await open.response).status).toBe(200)
    expect(await server.exit).toBe(1)
  })

  it('leaves a signal that follows to end the server at once', async () => {
    const open = await startWithOpenRequest({ preload: CRASH })
    const lost = expect(open.response).rejects.toThrow('The connection ended')
    server.signal('SIGUSR2')
    await server.printed(/"msg":"uncaught error"/)
    await delay(150)
    server.signal('SIGTERM')
    expect(await server.exit).toBe(1)
    await lost
  })
})
