import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ask, bearer } from '../support/contract.ts'
import { untilReady } from '../support/http.ts'
import { startIssuer, type TestIssuer } from '../support/issuer.ts'
import { startRedisCluster, type TestRedisCluster } from '../support/redis-cluster.ts'
import { hasRedis } from '../support/redis.ts'
import { startTraffic } from '../support/traffic.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const LIMIT = 10

describe.skipIf(!hasRedis)('two servers with a Redis Cluster', () => {
  let issuer: TestIssuer
  let cluster: TestRedisCluster
  let servers: TestServer[]

  beforeAll(async () => {
    issuer = await startIssuer()
    cluster = await startRedisCluster()
    servers = await Promise.all([startServer(), startServer()])
  })
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()))
    await cluster.end()
    await issuer.close()
  })

  async function startServer(): Promise<TestServer> {
    const env = { REDIS_URL: cluster.urls, RATE_LIMIT_MAX: String(LIMIT) }
    const server = await startTestServer({ issuer, env })
    await untilReady(server.url)
    await told(server, 'Redis is connected')
    return server
  }

  const told = ({ log }: TestServer, text: string) =>
    vi.waitFor(
      () => {
        expect(log.map(({ msg }) => msg)).toContain(text)
      },
      { timeout: 60_000 },
    )

  /** What is left to a subject after one request to each server. */
  async function remaining(sub: string): Promise<(string | undefined)[]> {
    const headers = bearer(await issuer.mint({ claims: { sub } }))
    const left: (string | undefined)[] = []
    for (const { url } of servers) {
      const answer = await ask(url, { transport: 'REST', message: 'protected', headers })
      expect(answer.status).toBe(200)
      left.push(/r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1])
    }
    return left
  }

  /** For 30 new subjects. A node that answers late once, as on a busy machine, is not asked for a second. */
  async function expectShared(): Promise<void> {
    const subjects = () => Array.from({ length: 30 }, () => crypto.randomUUID())
    await expect
      .poll(() => Promise.all(subjects().map(remaining)), { interval: 500 })
      .toEqual(Array.from({ length: 30 }, () => ['9', '8']))
  }

  it('share counts, which lie on all of its nodes', async () => {
    await expectShared()
    for (const keys of await cluster.sizes()) expect(keys).toBeGreaterThan(0)
  })

  it('fail no request while a replica takes over from its node, and share again after', async () => {
    const traffic = startTraffic(servers)
    await cluster.failOver()
    await Promise.all(
      servers.map((server) => told(server, 'Redis is away: limits are counted in memory')),
    )
    await expect.poll(() => remaining(crypto.randomUUID())).toEqual(['9', '8'])
    await expectShared()
    expect(new Set(await traffic.stop())).toEqual(new Set([200, 429]))
  })

  it('find the cluster from the nodes that are left', async () => {
    const late = await startServer()
    await late.close()
  })
})
