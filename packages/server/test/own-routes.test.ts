import { createHmac, timingSafeEqual } from 'node:crypto'
import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { defineApi, FeatureError, rawBody, serve, type OwnRoutes } from '../src/index.ts'
import { startIssuer } from './support/issuer.ts'
import { openRaw } from './support/raw.ts'
import { startTestServer, type TestServerOptions } from './support/server.ts'
import { publicProcedure, router } from './support/trpc.ts'

const SECRET = 'shared secret'
const signatureOf = (body: Uint8Array | string) =>
  createHmac('sha256', SECRET).update(body).digest('hex')

const note = publicProcedure
  .meta({ openapi: { method: 'GET', path: '/api/notes/{id}' } })
  .input(z.object({ id: z.string() }))
  .output(z.string())
  .query(({ input }) => input.id)
const appRouter = router({ note })

function routes(app: OwnRoutes): void {
  app.post('/hooks/:from', async (req, res) => {
    const body = await rawBody(req)
    const signature = Buffer.from(String(req.headers['x-signature'] ?? ''), 'hex')
    const expected = Buffer.from(signatureOf(body), 'hex')
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw new FeatureError('forbidden', 'The signature is wrong')
    }
    res.status(202).json({ from: req.params['from'], bytes: body.length })
  })
  app.put('/api/notes/:id', (_req, res) => {
    res.json('put')
  })
  app.get('/api/notes/:id', () => {
    throw new Error('never reached')
  })
  app.get('/broken', () => {
    throw new Error('secret')
  })
  app.use(
    '/files',
    express.Router().get('/:name', (_req, res) => void res.json('file')),
  )
}

async function start(options: Partial<TestServerOptions> = {}) {
  const issuer = await startIssuer()
  onTestFinished(() => issuer.close())
  const server = await startTestServer({ issuer, router: appRouter, routes, ...options })
  onTestFinished(() => server.close())
  return server
}
const post = (url: string, body: string, signature = signatureOf(body)) =>
  fetch(`${url}/hooks/mail`, { method: 'POST', body, headers: { 'x-signature': signature } })

describe("a route of the app's own", () => {
  it('reads its body as it was sent', async () => {
    const { url } = await start()
    const body = '{"a":  1}\r\n'
    const answer = await post(url, body)
    expect([answer.status, await answer.json()]).toEqual([202, { from: 'mail', bytes: 11 }])
    const forged = await post(url, body, signatureOf('{"a":1}'))
    expect([forged.status, await forged.json()]).toEqual([
      403,
      { message: 'The signature is wrong' },
    ])
  })

  it('has what every request has: id, headers, CORS, rate limit, log', async () => {
    const server = await start({ env: { RATE_LIMIT_MAX: '3' } })
    const get = () =>
      fetch(`${server.url}/files/a`, {
        headers: { origin: 'http://localhost:4040', 'x-request-id': 'own-1' },
      })
    const { headers } = await get()
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-request-id': 'own-1',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'access-control-allow-origin': 'http://localhost:4040',
      ratelimit: expect.stringMatching(/^"client"; r=2;/) as unknown,
    })
    expect(headers.get('x-powered-by')).toBeNull()
    await post(server.url, 'a')
    await expect
      .poll(() => server.log)
      .toContainEqual(
        expect.objectContaining({ method: 'POST', route: '/hooks/:from', status: 202 }),
      )
    await get()
    expect((await get()).status).toBe(429)
  })

  it('answers errors as procedures do', async () => {
    const server = await start()
    const answer = await fetch(`${server.url}/broken`)
    expect([answer.status, await answer.text()]).toEqual([
      500,
      '{"message":"Internal Server Error"}',
    ])
    expect((await fetch(`${server.url}/nowhere`)).status).toBe(404)
  })

  it("is reached at a procedure's path with another method, and with no other", async () => {
    const { url } = await start()
    const ask = (method: string) => fetch(`${url}/api/notes/1`, { method })
    expect(await (await ask('PUT')).json()).toBe('put')
    expect(await (await ask('GET')).json()).toBe('1')
    const refused = await ask('DELETE')
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect((await fetch(`${url}/livez`, { method: 'POST' })).status).toBe(405)
    expect((await fetch(`${url}/trpc/note`, { method: 'PUT' })).status).toBe(405)
  })

  it('may be called by pages with every method', async () => {
    const { url } = await start()
    const preflight = await fetch(`${url}/api/notes/1`, {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:4040', 'access-control-request-method': 'PUT' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT')
  })

  it('takes no more than 100 KiB, said or not', async () => {
    const { url } = await start()
    expect((await post(url, 'x'.repeat(100 * 1024))).status).toBe(202)
    expect((await post(url, 'x'.repeat(100 * 1024 + 1))).status).toBe(413)
    const endless = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode('x'.repeat(50_000)))
      },
    })
    const init = { method: 'POST', body: endless, duplex: 'half' } as RequestInit
    const answer = await fetch(`${url}/hooks/mail`, init).then(
      ({ status }) => status,
      () => 'closed',
    )
    expect([413, 'closed']).toContain(answer)
  })

  it('answers 408 to a body that does not come', async () => {
    const limits = { requestTimeoutMs: 200, headersTimeoutMs: 200, checkIntervalMs: 20 }
    const server = await start({ limits })
    const { received, socket } = openRaw(
      server.port,
      'POST /hooks/mail HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc',
    )
    await expect.poll(received).toContain('408 Request Timeout')
    socket.destroy()
  })

  it('is given beside a router, or made with it', async () => {
    const issuer = await startIssuer()
    onTestFinished(() => issuer.close())
    const about = { title: 'Hooks', version: '1' }
    const env = { HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'silent', ISSUER_BASE_URL: issuer.url }
    for (const api of [
      defineApi({ ...about, router: appRouter, routes }),
      defineApi({ ...about, create: () => ({ router: appRouter, routes }) }),
    ]) {
      const running = await serve(api, { env })
      expect((await post(running.url, 'a')).status).toBe(202)
      await running.close()
    }
  })
})
