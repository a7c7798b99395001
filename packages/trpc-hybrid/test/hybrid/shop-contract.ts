import {
  createTRPCClient,
  httpBatchLink,
  httpBatchStreamLink,
  httpLink,
  httpSubscriptionLink,
  splitLink,
} from '@trpc/client'
import { EventSource } from 'eventsource'
import superjson from 'superjson'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Host } from './hosts.ts'
import type { ShopRouter } from './shop.ts'

/** Tests of the shop in one of its hosts: from its sources, or in an app that has its package installed. */
export function itServesTheShop(start: () => Promise<Host>): void {
  let host: Host
  beforeAll(async () => {
    host = await start()
  })
  afterAll(() => host.close())

  const call = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${host.url}${path}`, init)
    const text = await response.text()
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      allow: response.headers.get('allow'),
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    }
  }
  const post = (body: unknown, type = 'application/json') => ({
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

  it('answers a query with its parameters decoded and read as their types', async () => {
    expect(await call('/items/a%2Fb%20c?price=2.5')).toEqual({
      status: 200,
      type: 'application/json; charset=utf-8',
      allow: null,
      body: { id: 'a/b c', price: 2.5 },
    })
  })

  it('takes a JSON body and answers with the status of the meta', async () => {
    const answer = await call('/items', post({ id: 'new', price: 3 }))
    expect(answer).toMatchObject({ status: 201, body: { id: 'new', price: 3 } })
  })

  it('tells what does not fit in an input', async () => {
    expect(await call('/items', post({ id: 'new', price: 'much' }))).toMatchObject({
      status: 400,
      body: { message: 'Input validation failed', issues: [{ path: ['price'] }] },
    })
  })

  it("tells a feature's refusal with its text", async () => {
    const answer = await call('/items', post({ id: 'taken', price: 3 }))
    expect(answer).toMatchObject({ status: 409, body: { message: 'There is one already' } })
  })

  it('answers 404 where no procedure is', async () => {
    expect((await fetch(`${host.url}/nothing`)).status).toBe(404)
  })

  it('answers 413 for a body over 100 KiB', async () => {
    const init = post({ id: 'x'.repeat(110_000), price: 3 })
    expect((await fetch(`${host.url}/items`, init)).status).toBe(413)
  })

  it('says nothing of a bug', async () => {
    expect(await call('/broken')).toMatchObject({
      status: 500,
      body: { message: 'Internal Server Error' },
    })
  })

  it("runs the app's own guard", async () => {
    expect(await call('/mine')).toMatchObject({ status: 401, body: { message: 'Unauthorized' } })
    const headers = { 'x-user': 'ada' }
    expect(await call('/mine', { headers })).toMatchObject({ status: 200, body: { user: 'ada' } })
  })

  it('answers HEAD like GET, without a body', async () => {
    const response = await fetch(`${host.url}/items/1`, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
  })

  describe('over RPC', () => {
    const clientBy = (link: typeof httpLink | typeof httpBatchLink | typeof httpBatchStreamLink) =>
      createTRPCClient<ShopRouter>({
        links: [
          splitLink({
            condition: ({ type }) => type === 'subscription',
            true: httpSubscriptionLink({
              url: `${host.url}/trpc`,
              transformer: superjson,
              EventSource,
            }),
            false: link({ url: `${host.url}/trpc`, transformer: superjson }),
          }),
        ],
      })

    it.each([
      ['one by one', httpLink],
      ['in a batch', httpBatchLink],
      ['in a streamed batch', httpBatchStreamLink],
    ])('serves calls %s', async (_how, link) => {
      const client = clientBy(link)
      const [item, added, refused] = await Promise.allSettled([
        client.items.byId.query({ id: 'a', price: 2 }),
        client.items.add.mutate({ id: 'b', price: 3 }),
        client.items.add.mutate({ id: 'c', price: 'much' as never }),
      ])
      expect(item).toMatchObject({ value: { id: 'a', price: 2 } })
      expect(added).toMatchObject({ value: { id: 'b', price: 3 } })
      expect(refused).toMatchObject({
        reason: { message: 'Input validation failed', data: { code: 'BAD_REQUEST' } },
      })
    })

    it("runs the app's own guard", async () => {
      await expect(clientBy(httpLink).mine.query()).rejects.toThrow('Unauthorized')
    })

    it('says nothing of a bug', async () => {
      await expect(clientBy(httpLink).items.broken.query()).rejects.toThrow('Internal Server Error')
    })

    it('streams what is still to come', async () => {
      const { now, later } = await clientBy(httpBatchStreamLink).later.query()
      expect([now, await later]).toEqual([1, 2])
    })

    it('serves subscriptions', async () => {
      const ticks: number[] = []
      await new Promise<void>((resolve, reject) => {
        clientBy(httpLink).ticks.subscribe(undefined, {
          onData: (tick) => ticks.push(tick),
          onComplete: resolve,
          onError: reject,
        })
      })
      expect(ticks).toEqual([1, 2, 3])
    })
  })
}
