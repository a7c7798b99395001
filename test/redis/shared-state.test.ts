import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ask, bearer } from '../support/contract.ts'
import { createDpopKey } from '../support/dpop.ts'
import { startIssuer, type TestIssuer } from '../support/issuer.ts'
import { hasRedis, startRedis, type TestRedis } from '../support/redis.ts'
import { startServerProcess, untilReady, type ServerProcess } from '../support/server-process.ts'

const LIMIT = 10
const PUBLIC_URL = 'https://api.example.com'

describe.skipIf(!hasRedis)('two servers with one Redis', () => {
  let issuer: TestIssuer
  let redis: TestRedis
  let servers: readonly [ServerProcess, ServerProcess]

  beforeAll(async () => {
    issuer = await startIssuer()
  })
  beforeEach(async () => {
    redis = await startRedis()
    servers = await Promise.all([startServer(), startServer()])
  })
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.end()))
    await redis.end()
  })
  afterAll(() => issuer.close())

  async function startServer(isThere = /"msg":"Redis is connected"/): Promise<ServerProcess> {
    const env = { REDIS_URL: redis.url, RATE_LIMIT_MAX: String(LIMIT), PUBLIC_URL }
    const server = await startServerProcess({ issuer, env })
    await server.printed(isThere)
    await untilReady(server)
    return server
  }

  /** How many of `count` requests of a subject each server lets through, and how many it refuses. */
  async function send(server: ServerProcess, sub: string, count: number) {
    const headers = bearer(await issuer.mint({ claims: { sub } }))
    const seen = { ok: 0, refused: 0 }
    for (let i = 0; i < count; i++) {
      const { status } = await ask(server.url, { transport: 'REST', message: 'protected', headers })
      if (status === 200) seen.ok++
      else if (status === 429) seen.refused++
      else throw new Error(`status ${status}`)
    }
    return seen
  }

  /** Whether what one server lets through counts at the other. */
  async function areShared(sub: string): Promise<boolean> {
    const [one, other] = servers
    await send(one, sub, 2)
    const headers = bearer(await issuer.mint({ claims: { sub } }))
    const answer = await ask(other.url, { transport: 'REST', message: 'protected', headers })
    return answer.headers.get('ratelimit')?.includes(`r=${LIMIT - 3};`) ?? false
  }

  it('share the counts of the rate limit', async () => {
    const [one, other] = servers
    expect(await send(one, 'a', 6)).toEqual({ ok: 6, refused: 0 })
    expect(await send(other, 'a', 6)).toEqual({ ok: 4, refused: 2 })
    expect(await send(one, 'a', 1)).toEqual({ ok: 0, refused: 1 })
    expect(await send(one, 'b', 1)).toEqual({ ok: 1, refused: 0 })
  })

  it('go on in memory while Redis is away, share again once it is back, and fail no request', async () => {
    const [one, other] = servers
    const traffic = startTraffic(servers)
    expect(await areShared('a')).toBe(true)

    await redis.kill()
    await Promise.all(servers.map((server) => server.printed(/"msg":"Redis is away/)))
    expect(await send(one, 'b', LIMIT + 2)).toEqual({ ok: LIMIT, refused: 2 })
    expect(await send(other, 'b', LIMIT + 2)).toEqual({ ok: LIMIT, refused: 2 })

    await redis.revive()
    await Promise.all(
      servers.map((server) => server.printed(/Redis is away[^]*"msg":"Redis is connected"/)),
    )
    await expect.poll(() => areShared(crypto.randomUUID()), { timeout: 10_000 }).toBe(true)
    expect(new Set(await traffic.stop())).toEqual(new Set([200, 429]))
  })

  it('go on in memory while Redis hangs, and share again after', async () => {
    const [one] = servers
    const traffic = startTraffic(servers)
    redis.freeze()
    expect(await send(one, 'a', LIMIT + 2)).toEqual({ ok: LIMIT, refused: 2 })
    redis.thaw()
    await expect.poll(() => areShared(crypto.randomUUID()), { timeout: 10_000 }).toBe(true)
    expect(new Set(await traffic.stop())).toEqual(new Set([200, 429]))
  })

  it('start without Redis, and share once it is there', async () => {
    await redis.kill()
    await Promise.all(servers.map((server) => server.end()))
    const away = /"msg":"Redis is away/
    servers = await Promise.all([startServer(away), startServer(away)])
    expect(await send(servers[0], 'a', LIMIT + 2)).toEqual({ ok: LIMIT, refused: 2 })
    await redis.revive()
    await expect.poll(() => areShared(crypto.randomUUID()), { timeout: 10_000 }).toBe(true)
  })

  it('stop as ever while Redis is away', async () => {
    await redis.kill()
    await Promise.all(servers.map((server) => server.printed(/"msg":"Redis is away/)))
    for (const server of servers) server.signal('SIGTERM')
    expect(await Promise.all(servers.map(({ exit }) => exit))).toEqual([0, 0])
  })

  it('take a DPoP proof once between them, and once each while Redis is away', async () => {
    const key = await createDpopKey()
    const token = await issuer.mint({ claims: { cnf: { jkt: key.thumbprint } } })
    const use = async (server: ServerProcess, dpop: string) => {
      const headers = { authorization: `DPoP ${token}`, dpop }
      return (await ask(server.url, { transport: 'REST', message: 'protected', headers })).status
    }
    const prove = () => key.prove({ url: `${PUBLIC_URL}/api/messages/protected`, token })
    const [one, other] = servers

    const first = await prove()
    expect(await use(one, first)).toBe(200)
    expect(await use(other, first)).toBe(401)
    expect(await use(one, first)).toBe(401)

    await redis.kill()
    await Promise.all(servers.map((server) => server.printed(/"msg":"Redis is away/)))
    const second = await prove()
    expect(await use(one, second)).toBe(200)
    expect(await use(one, second)).toBe(401)
    expect(await use(one, first)).toBe(401)
    expect(await use(other, second)).toBe(200)
  })
})

/** Requests without a token, one after the other to each server in turn, until it is stopped. */
function startTraffic(servers: readonly ServerProcess[]) {
  const statuses: number[] = []
  const stopped = new AbortController()
  const done = (async () => {
    while (!stopped.signal.aborted) {
      for (const { url } of servers) {
        statuses.push((await ask(url, { transport: 'RPC', message: 'public' })).status)
      }
      await delay(5)
    }
    return statuses
  })()
  return {
    /** @returns the status of every request; rejects when one had no answer */
    stop() {
      stopped.abort()
      return done
    },
  }
}
