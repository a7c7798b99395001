import { TRPCError } from '@trpc/server'
import { describe, expect, expectTypeOf, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import {
  createGuard,
  defineApi,
  FeatureError,
  serve,
  type AccessToken,
  type CallAs,
} from '../src/index.ts'
import { useServer } from './support/fixtures.ts'
import { startIssuer } from './support/issuer.ts'
import { startOtlpReceiver } from './support/otlp-receiver.ts'
import { startTestServer } from './support/server.ts'
import { protectedProcedure, publicProcedure, requirePermissions, router } from './support/trpc.ts'

const REFUSAL = new FeatureError('conflict', 'It is there already')
const tenantOf = createGuard(({ token }: { token: AccessToken }) => ({
  tenant: token.claims['org_id'],
}))
let settle: (signal: AbortSignal | undefined) => Promise<unknown> = () => Promise.resolve()

const appRouter = router({
  reports: router({
    create: protectedProcedure
      .use(requirePermissions('write:reports'))
      .meta({ openapi: { method: 'POST', path: '/api/reports' } })
      .input(z.object({ title: z.string().min(1), at: z.date() }))
      .output(z.object({ title: z.string(), owner: z.string() }))
      .mutation(({ input, ctx }) => {
        ctx.setHeader('location', '/api/reports/1')
        return { title: input.title, owner: ctx.token.subject ?? 'nobody' }
      }),
  }),
  log: publicProcedure.query(({ ctx }) => {
    ctx.log().info({}, 'from the procedure')
  }),
  token: publicProcedure.query(async ({ ctx }) => (await ctx.authenticate()).subject),
  tenant: protectedProcedure.use(tenantOf).query(({ ctx }) => ctx.tenant),
  refuse: publicProcedure.mutation(() => {
    throw REFUSAL
  }),
  fail: publicProcedure.mutation(() => {
    throw new Error('The disk is full')
  }),
  slow: publicProcedure.mutation(({ signal }) => settle(signal)),
})
const at = new Date()
const writer = { subject: 'cron', permissions: ['write:reports'] }

const env = { HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'silent' }
async function start() {
  const issuer = await startIssuer()
  onTestFinished(() => issuer.close())
  const api = defineApi({ router: appRouter, title: 'Reports', version: '1.0.0' })
  return serve(api, { env: { ...env, ISSUER_BASE_URL: issuer.url } })
}

describe('a job', () => {
  it('calls procedures as a person, typed by the router', async () => {
    const running = await start()
    onTestFinished(() => running.close())
    const report = await running.call(writer, (caller) => caller.reports.create({ title: 'a', at }))
    expectTypeOf(report).toEqualTypeOf<{ title: string; owner: string }>()
    expect(report).toEqual({ title: 'a', owner: 'cron' })
    expect(await running.call(writer, ({ token }) => token())).toBe('cron')
    const claims = { org_id: 'acme', sub: 'somebody else' }
    expect(await running.call({ ...writer, claims }, ({ tenant }) => tenant())).toBe('acme')
    expect(await running.call({ ...writer, claims }, ({ token }) => token())).toBe('cron')
  })

  it('is refused what the person may not do, and everything guarded as nobody', async () => {
    const running = await start()
    onTestFinished(() => running.close())
    const createAs = (person: Parameters<typeof running.call>[0]) =>
      running.call(person, (caller) => caller.reports.create({ title: 'a', at }))
    await expect(createAs({ subject: 'cron' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(createAs({})).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    await expect(running.call({}, ({ token }) => token())).rejects.toThrow('missing_token')
    await expect(createAs({ permissions: ['write:reports'] })).resolves.toMatchObject({
      owner: 'nobody',
    })
  })

  it("gets errors as tRPC's own callers throw them", async () => {
    const running = await start()
    onTestFinished(() => running.close())
    const refused = running.call({}, ({ refuse }) => refuse())
    await expect(refused).rejects.toBeInstanceOf(TRPCError)
    await expect(refused).rejects.toMatchObject({ cause: REFUSAL })
    const unfit = running.call(writer, (caller) => caller.reports.create({ title: '', at }))
    await expect(unfit).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    const own = new Error('of the job itself')
    await expect(running.call({}, () => Promise.reject(own))).rejects.toBe(own)
  })

  it('leaves no caller behind', async () => {
    const running = await start()
    onTestFinished(() => running.close())
    const kept = await running.call(writer, (caller) => [caller] as const)
    await expect(kept[0].token()).rejects.toThrow('The job of this caller is over')
  })
})

describe('a stop', () => {
  it('waits for a job, and takes no other', async () => {
    const running = await start()
    let resolve: (value: string) => void = () => undefined
    settle = () => new Promise((done) => (resolve = done))
    const job = running.call(writer, async ({ slow, token }) => [await slow(), await token()])
    let isClosed = false
    const closed = running.close().then(() => (isClosed = true))
    await expect(running.call({}, () => 1)).rejects.toThrow('takes no more jobs')
    await new Promise((done) => setTimeout(done, 500))
    expect(isClosed).toBe(false)
    resolve('done')
    expect(await job).toEqual(['done', 'cron'])
    await closed
    await expect(running.call({}, () => 1)).rejects.toThrow('takes no more jobs')
  })

  it('tells a job that takes long, and does not wait for one that never ends', async () => {
    const issuer = await startIssuer()
    onTestFinished(() => issuer.close())
    const times = { tellMs: 50, answerMs: 100 }
    const server = await startTestServer({ issuer, router: appRouter, times })
    const told: unknown[] = []
    settle = (signal) => {
      signal?.addEventListener('abort', () => told.push((signal.reason as Error).name))
      return new Promise(() => undefined)
    }
    const call = server.call as CallAs<typeof appRouter>
    void call({}, ({ slow }) => slow())
    await server.close()
    expect(told).toEqual(['AbortError'])
  })
})

describe('what a job called', () => {
  const fixture = useServer({ router: appRouter, env: { METRICS_PORT: '0' } })

  it('is in the log and in the metrics, with the id that its own lines have', async () => {
    const { server } = fixture
    const call = server.call as CallAs<typeof appRouter>
    await call(writer, async (caller) => {
      await caller.log()
      await caller.refuse().catch(() => undefined)
      await caller.fail().catch(() => undefined)
    })
    const lines = server.log.filter(({ msg }) => msg === 'job')
    const [first] = lines
    expect(first).toEqual(
      expect.objectContaining({ procedure: 'log', status: 200, subject: 'cron', level: 30 }),
    )
    expect(lines.map(({ procedure, status }) => [procedure, status])).toEqual([
      ['log', 200],
      ['refuse', 409],
      ['fail', 500],
    ])
    expect(lines.map(({ requestId }) => requestId)).toEqual(Array(3).fill(first?.['requestId']))
    expect(lines[2]).toMatchObject({ level: 50, err: { message: 'The disk is full' } })
    expect(server.log).toContainEqual(
      expect.objectContaining({ msg: 'from the procedure', requestId: first?.['requestId'] }),
    )
    const metrics = await (await fetch(`http://127.0.0.1:${server.metricsPort}/metrics`)).text()
    expect(metrics).toContain('job_call_duration_seconds_count{procedure="fail",status="500"} 1')
  })

  it('is a trace of its own', async () => {
    const receiver = await startOtlpReceiver()
    onTestFinished(() => receiver.close())
    onTestFinished(() => void vi.unstubAllEnvs())
    const settings = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '20',
    }
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value)
    const server = await startTestServer({
      issuer: fixture.issuer,
      router: appRouter,
      env: settings,
    })
    onTestFinished(() => server.close())
    const call = server.call as CallAs<typeof appRouter>
    await call({}, ({ log }) => log())
    const traceId = server.log.find(({ msg }) => msg === 'job')?.['traceId']
    const names = () =>
      receiver
        .spans()
        .filter((span) => span.traceId === traceId)
        .map(({ name }) => name)
    await expect.poll(() => names().toSorted()).toEqual(['job', 'log'])
  })
})
