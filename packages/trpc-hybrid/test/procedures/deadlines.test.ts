import { setTimeout as delay } from 'node:timers/promises'
import { createTRPCClient, httpBatchLink, httpBatchStreamLink } from '@trpc/client'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { publicProcedure, router } from '../../../server/test/support/trpc.ts'
import { useServer } from '../../../server/test/support/fixtures.ts'
import { openRaw } from '../../../server/test/support/raw.ts'

const TIMEOUT_MS = 200

/** What the procedures below were told, and how each can be made to settle after all. */
let told: unknown[] = []
let endings: { resolve: (value: string) => void; reject: (reason: unknown) => void }[] = []
beforeEach(() => {
  told = []
  endings = []
})

function never(signal: AbortSignal | undefined): Promise<string> {
  signal?.addEventListener('abort', () => told.push(signal.reason))
  return new Promise((resolve, reject) => endings.push({ resolve, reject }))
}

const slow = router({
  quick: publicProcedure.query(() => 'quick'),
  never: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/never' } })
    .output(z.string())
    .query(({ signal }) => never(signal)),
  deaf: publicProcedure
    .meta({ openapi: { method: 'GET', path: '/api/deaf' } })
    .output(z.string())
    .query(() => never(undefined)),
  save: publicProcedure
    .meta({ openapi: { method: 'POST', path: '/api/save' } })
    .input(z.object({ text: z.string() }))
    .output(z.string())
    .mutation(({ input }) => input.text),
  upload: publicProcedure.input(z.instanceof(FormData)).mutation(({ signal }) => never(signal)),
  late: publicProcedure.query(async () => {
    await delay(3 * TIMEOUT_MS)
    return 'late'
  }),
  events: publicProcedure.subscription(async function* () {
    await delay(3 * TIMEOUT_MS)
    yield 'late'
  }),
})

const fixture = useServer({
  router: slow,
  env: { METRICS_PORT: '0' },
  times: { procedureTimeoutMs: TIMEOUT_MS, sweepMs: 20 },
})
const get = (path: string) => fetch(`${fixture.server.url}${path}`)
const REFUSAL = '{"message":"Service Unavailable"}'

describe('a procedure that does not settle in its time', () => {
  it.each(['never', 'deaf'])('is answered 503 over REST: %s', async (name) => {
    const answer = await get(`/api/${name}`)
    expect([answer.status, await answer.text()]).toEqual([503, REFUSAL])
  })

  it('is told by its signal, which names the time as the reason', async () => {
    await get('/api/never')
    expect(told).toEqual([expect.objectContaining({ name: 'TimeoutError' })])
  })

  it("is answered 503 over RPC, in tRPC's envelope", async () => {
    const answer = await get('/trpc/never')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      error: {
        message: 'Service Unavailable',
        data: { code: 'SERVICE_UNAVAILABLE', httpStatus: 503, path: 'never' },
      },
    })
    expect(told).toHaveLength(1)
  })

  it('is the only call of its batch that fails', async () => {
    const links = [httpBatchLink({ url: `${fixture.server.url}/trpc` })]
    const client = createTRPCClient<typeof slow>({ links })
    const [first, second, third] = await Promise.allSettled([
      client.quick.query(),
      client.never.query(),
      client.quick.query(),
    ])
    expect([first, third]).toEqual([
      { status: 'fulfilled', value: 'quick' },
      { status: 'fulfilled', value: 'quick' },
    ])
    expect(second).toMatchObject({ status: 'rejected', reason: { data: { httpStatus: 503 } } })
  })

  it("is answered 503 where tRPC's adapter reads its form", async () => {
    const body = new FormData()
    body.set('name', 'Ada')
    const answer = await fetch(`${fixture.server.url}/trpc/upload`, { method: 'POST', body })
    expect(answer.status).toBe(503)
    expect(told).toHaveLength(1)
  })

  it('may settle afterwards, which changes nothing', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    await Promise.all([get('/api/never'), get('/trpc/never'), get('/api/deaf')])
    const [one, two, three] = endings
    one?.reject(new Error('too late'))
    two?.reject(new Error('too late'))
    three?.resolve('too late')
    expect(await (await get('/trpc/quick')).json()).toEqual({ result: { data: 'quick' } })
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('has a line in the log that names it, and a metric', async () => {
    const before = fixture.server.log.length
    const answer = await get('/trpc/quick,never?batch=1')
    const line = { requestId: answer.headers.get('x-request-id'), procedure: 'never', level: 50 }
    expect(fixture.server.log.slice(before)).toContainEqual(
      expect.objectContaining({ ...line, msg: 'procedure not settled' }),
    )
    const metrics = await fetch(`http://127.0.0.1:${fixture.server.metricsPort}/metrics`)
    expect(await metrics.text()).toMatch(/^procedure_timeouts_total [1-9]/m)
  })
})

describe('what takes longer and is answered', () => {
  it('is a call of a streamed batch', async () => {
    const links = [httpBatchStreamLink({ url: `${fixture.server.url}/trpc` })]
    expect(await createTRPCClient<typeof slow>({ links }).late.query()).toBe('late')
  })

  it('is a subscription', async () => {
    expect(await (await get('/trpc/events')).text()).toContain('data: "late"')
  })

  it('is a request whose body comes late', async () => {
    const body = '{"text":"kept"}'
    const head = `POST /api/save HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
    const { socket, closed } = openRaw(fixture.server.port, head)
    await delay(2 * TIMEOUT_MS)
    socket.write(body)
    expect(await closed).toMatch(/^HTTP\/1\.1 200 [^]*"kept"/)
  })
})
