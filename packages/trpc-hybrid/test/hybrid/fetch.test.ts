import { initTRPC } from '@trpc/server'
import { Hono } from 'hono'
import { mount } from 'hono/mount'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createHybrid, type HybridMeta } from 'trpc-hybrid'
import { fetchHandler } from 'trpc-hybrid/fetch'
import { z } from 'zod'

const t = initTRPC.meta<HybridMeta>().create()
const router = t.router({
  greet: t.procedure
    .meta({ openapi: { method: 'POST', path: '/greet' } })
    .input(z.object({ name: z.string().default('nobody') }))
    .output(z.string())
    .mutation(({ input }) => input.name),
})

const faults: unknown[] = []
beforeEach(() => {
  faults.length = 0
})
const hybrid = createHybrid({
  router,
  info: { title: 'Greetings', version: '1.0.0' },
  onError: ({ error }) => faults.push(error.cause),
})
const handle = fetchHandler(hybrid, { createContext: () => ({}) })

const JSON_BODY = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"name":"Ada"}',
}
const emptyStream = () => new Blob([]).stream()

describe('A body', () => {
  it.each([
    ['that nothing announces', {}],
    ['of no bytes', { 'content-length': '0' }],
    ['of no bytes of JSON', { 'content-length': '0', 'content-type': 'application/json' }],
  ])('%s is none, though its host has a stream of it', async (_which, headers) => {
    const init = { method: 'POST', headers, body: emptyStream(), duplex: 'half' as const }
    const response = await handle(new Request('http://api/greet', init))
    expect([response.status, await response.json()]).toEqual([200, 'nobody'])
  })

  it('a body without a media type is refused', async () => {
    const headers = { 'transfer-encoding': 'chunked' }
    const body = new Blob(['{"name":"Ada"}']).stream()
    const init = { method: 'POST', headers, body, duplex: 'half' as const }
    expect((await handle(new Request('http://api/greet', init))).status).toBe(415)
  })

  it.each(['/greet', '/trpc/greet'])(
    'a body that was read in front of the handler is a bug, which is told to onError: %s',
    async (path) => {
      const app = new Hono()
      app.use(async (c, next) => {
        await c.req.json()
        await next()
      })
      app.all('*', (c) => handle(c.req.raw))
      const response = await app.request(path, JSON_BODY)
      expect(response.status).toBe(500)
      expect(faults).toEqual([expect.objectContaining({ message: expect.any(String) as string })])
      expect(String(faults[0])).toContain('read that of request.clone() there')
    },
  )

  it('a body of which a clone was read is read again', async () => {
    const app = new Hono()
    app.use(async (c, next) => {
      await c.req.raw.clone().json()
      await next()
    })
    app.all('*', (c) => handle(c.req.raw))
    expect(await (await app.request('/greet', JSON_BODY)).json()).toBe('Ada')
  })
})

describe('An answer', () => {
  it('keeps every header of a name that is there more than once, however it is written', async () => {
    const refusing = createHybrid({
      router,
      info: { title: 'Greetings', version: '1.0.0' },
      errorHeaders: () => ({ Vary: 'x-tenant', constructor: 'none' }),
    })
    const request = new Request('http://api/trpc/none')
    const { headers } = await fetchHandler(refusing, { createContext: () => ({}) })(request)
    expect(headers.get('vary')).toBe('trpc-accept, accept, x-tenant')
    expect(headers.get('constructor')).toBe('none')
    expect(headers.get('content-type')).toBe('application/json')
  })

  it('that is whole needs no look at whether its client is still there', async () => {
    const request = new Request('http://api/greet', JSON_BODY)
    const signal = vi.fn(() => undefined)
    Object.defineProperty(request, 'signal', { get: signal })
    const response = await handle(request)
    expect([response.status, await response.json()]).toEqual([200, 'Ada'])
    expect(signal).not.toHaveBeenCalled()
  })
})

it('Below a path at which Hono mounts it, the path behind that counts', async () => {
  const app = new Hono().use('/api/*', mount(handle))
  expect(await (await app.request('/api/greet', JSON_BODY)).json()).toBe('Ada')
  const rpc = await app.request('/api/trpc/greet', JSON_BODY)
  expect(await rpc.json()).toEqual({ result: { data: 'Ada' } })
  expect((await app.request('/greet', JSON_BODY)).status).toBe(404)
})
