import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ask, bearer, MESSAGES } from '../support/contract.ts'
import { findFreePort } from '../support/http.ts'
import { buildImage, type Image } from '../support/image.ts'
import { ADMIN, startIssuer, type TestIssuer } from '../support/issuer.ts'
import { startLoad } from '../support/load.ts'
import { hasNginx, startNginx, type TestNginx } from '../support/nginx.ts'
import { run } from '../support/process.ts'
import { hasRedis, startRedis, type TestRedis } from '../support/redis.ts'
import { startServerProcess, untilReady, type ServerProcess } from '../support/server-process.ts'

/** Replicas start and stop several times, slowly on a busy machine. */
vi.setConfig({ testTimeout: 180_000 })

let image: Image
let issuer: TestIssuer
beforeAll(async () => {
  image = await buildImage()
  issuer = await startIssuer()
}, 300_000)
afterAll(async () => {
  await issuer.close()
  await image.remove()
})

describe('what the Dockerfile builds', () => {
  it('serves with production dependencies alone, not as root, and stops at SIGTERM', async () => {
    expect(image.user).toBe('node')
    const server = await startServerProcess({ issuer, image })
    try {
      await untilReady(server)
      const headers = bearer(await issuer.mint({ claims: ADMIN }))
      for (const transport of ['REST', 'RPC'] as const) {
        const answer = await ask(server.url, { transport, message: 'admin', headers })
        expect(answer).toMatchObject({ status: 200, body: MESSAGES.admin })
      }
      for (const path of ['/docs', '/api/openapi.json']) {
        expect((await fetch(server.url + path)).status).toBe(200)
      }
      server.signal('SIGTERM')
      expect(await server.exit).toBe(0)
    } finally {
      await server.end()
    }
  })

  it('has a health check that tells a server that answers from one that does not', async () => {
    const server = await startServerProcess({ issuer, image })
    const check = () => run(image.healthCheck, { env: { PORT: String(server.port) } }).exit
    expect(await check()).toBe(0)
    await server.end()
    expect(await check()).toBe(1)
  })

  it('has what metrics and tracing need', async () => {
    const env = {
      METRICS_PORT: String(await findFreePort()),
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    }
    const server = await startServerProcess({ issuer, image, env })
    const metrics = await fetch(`http://127.0.0.1:${env.METRICS_PORT}/metrics`)
    expect(metrics.status).toBe(200)
    await server.end()
  })
})

describe.skipIf(!hasNginx || !hasRedis)('two replicas with one Redis behind nginx', () => {
  const LIMIT = 1_000_000
  let redis: TestRedis
  let nginx: TestNginx
  let ports: [number, number]
  let replicas: [ServerProcess, ServerProcess]

  beforeEach(async () => {
    redis = await startRedis()
    ports = [await findFreePort(), await findFreePort()]
    replicas = await Promise.all([startReplica(0), startReplica(1)])
    nginx = await startNginx(ports)
  })
  afterEach(async () => {
    await nginx.end()
    await Promise.all(replicas.map((replica) => replica.end()))
    await redis.end()
  })

  /** @returns once it could take requests */
  async function startReplica(index: 0 | 1): Promise<ServerProcess> {
    const env = {
      PORT: String(ports[index]),
      REDIS_URL: redis.url,
      RATE_LIMIT_MAX: String(LIMIT),
      TRUST_PROXY: '1',
    }
    const replica = await startServerProcess({ issuer, image, env })
    await replica.printed(/"msg":"Redis is connected"/)
    await untilReady(replica)
    return replica
  }

  /** Waits until a replica has served a request that came through the balancer. */
  const served = (replica: ServerProcess) => replica.printed(/"subject":"[^]*?"msg":"request"/)

  async function startTraffic() {
    const headers = bearer(await issuer.mint())
    const load = startLoad(nginx.url, { headers, connections: 8, limit: 5_000 })
    await Promise.all(replicas.map(served))
    return load
  }

  /** Waits for as many more requests to be answered. */
  async function more(load: ReturnType<typeof startLoad>, count: number): Promise<void> {
    const target = load.sent.length + count
    await expect.poll(() => load.sent.length).toBeGreaterThan(target)
  }

  it('share the count of the rate limit, per subject', async () => {
    const countTwo = async (sub: string) => {
      const headers = bearer(await issuer.mint({ claims: { sub } }))
      const call = { transport: 'REST', message: 'protected', headers } as const
      return [
        remainingOf(await ask(nginx.url, call)), // nginx asks one replica, and then the other
        remainingOf(await ask(nginx.url, call)),
      ]
    }
    // a Redis that answers late once, as on a busy machine, is not asked again for a second
    await expect
      .poll(() => countTwo(`auth0|counted-${randomUUID()}`), { interval: 500 })
      .toEqual([LIMIT - 1, LIMIT - 2])
    await Promise.all(replicas.map((replica) => replica.printed(/auth0\|counted/)))
  })

  it('count by the address that nginx sees, whatever a client says of itself', async () => {
    const remaining: number[] = []
    for (let i = 0; i < 2; i++) {
      const headers = { 'x-forwarded-for': `203.0.113.${i}` }
      const call = { transport: 'REST', message: 'public', headers } as const
      remaining.push(remainingOf(await ask(nginx.url, call)))
    }
    expect(remaining).toEqual([LIMIT - 1, LIMIT - 2])
  })

  it('lose no request but those sent to one as it is killed, and take it back', async () => {
    const load = await startTraffic()
    await more(load, 200)
    replicas[0].signal('SIGKILL')
    expect(await replicas[0].exit).toBe('SIGKILL')
    await more(load, 100) // until nginx has seen the connections end that it kept to it
    const sentThen = new Set(load.sent)
    await more(load, 500)
    expect(load.failed().filter((request) => !sentThen.has(request))).toEqual([])

    replicas[0] = await startReplica(0)
    await served(replicas[0])
    await load.stop()
    expect(load.failed().filter((request) => !sentThen.has(request))).toEqual([])
  })

  it('lose no request when they are restarted one after the other, but those on their way as a port closes', async () => {
    const load = await startTraffic()
    const late: ReturnType<typeof load.failed>[number][] = []
    for (const index of [0, 1] as const) {
      await more(load, 200)
      replicas[index].signal('SIGTERM')
      expect(await replicas[index].exit).toBe(0)
      await more(load, 100) // until nginx has seen that the port refuses
      const sentThen = new Set(load.sent)
      await more(load, 200)
      replicas[index] = await startReplica(index)
      await served(replicas[index])
      late.push(...load.failed().filter((request) => !sentThen.has(request)))
    }
    await more(load, 200)
    await load.stop()
    expect(late).toEqual([])
    expect(load.failed().length).toBeLessThan(load.sent.length / 100)
    expect(load.sent.length).toBeGreaterThan(1_000)
  })
})

function remainingOf({ headers }: { headers: Headers }): number {
  return Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1])
}
