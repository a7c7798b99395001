import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ask, bearer } from '../support/contract.ts'
import { createDpopKey } from '../support/dpop.ts'
import { startIssuer, type TestIssuer } from '../support/issuer.ts'
import { startTraffic } from '../support/traffic.ts'
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

  async function startServer(
    isThere = /"msg":"Redis is connected"/,
    settings: Record<string, string> = {},
  ): Promise<ServerProcess> {
    const env = { REDIS_URL: redis.url, RATE_LIMIT_MAX: String(LIMIT), PUBLIC_URL, ...settings }
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

  /**
   * That some attempt has this outcome. A server counts by itself for a second after Redis was late, as it is
   * on a machine that stands still for a moment, so each attempt has a client of its own.
   */
  const someAttempt = <T>(attempt: (sub: string) => Promise<T>) =>
    expect.poll(() => attempt(crypto.randomUUID()), { interval: 500 })

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
    const inTurn = async (sub: string) => [
      await send(one, sub, 6),
      await send(other, sub, 6),
      await send(one, sub, 1),
      await send(one, `another than ${sub}`, 1),
    ]
    await someAttempt(inTurn).toEqual([
      { ok: 6, refused: 0 },
      { ok: 4, refused: 2 },
      { ok: 0, refused: 1 },
      { ok: 1, refused: 0 },
    ])
  })

  it('let hardly more through of a large limit, which they settle with every few requests', async () => {
    const settings = { RATE_LIMIT_MAX: '1000' }
    const [one, other] = await Promise.all([
      startServer(undefined, settings),
      startServer(undefined, settings),
    ])
    try {
      const atOnce = async (sub: string) => {
        const askedBefore = redis.calls('incrby')
        const answers = await Promise.all([send(one, sub, 600), send(other, sub, 600)])
        return {
          ok: answers.reduce((sum, answer) => sum + answer.ok, 0),
          asked: redis.calls('incrby') - askedBefore,
        }
      }
      await someAttempt(atOnce).toSatisfy(
        ({ ok, asked }: Awaited<ReturnType<typeof atOnce>>) =>
          ok >= 1000 && ok <= 1000 + 2 * 4 && asked > 0 && asked <= 1200 / 5 + 2,
      )
    } finally {
      await Promise.all([one.end(), other.end()])
    }
  })

  it('go on in memory while Redis is away, share again once it is back, and fail no request', async () => {
    const [one, other] = servers
    const traffic = startTraffic(servers)
    await someAttempt(areShared).toBe(true)

    await redis.kill()
    await Promise.all(servers.map((server) => server.printed(/"msg":"Redis is away/)))
    expect(await send(one, 'b', LIMIT + 2)).toEqual({ ok: LIMIT, refused: 2 })
    expect(await send(other, 'b', LIMIT + 2)).toEqual({ ok: LIMIT, refused: 2 })

    await redis.revive()
    await Promise.all(
      servers.map((server) => server.printed(/Redis is away[^]*"msg":"Redis is connected"/)),
    )
    await someAttempt(areShared).toBe(true)
    expect(new Set(await traffic.stop())).toEqual(new Set([200, 429]))
  })

  it('go on in memory while Redis hangs, and share again after', async () => {
    const [one] = servers
    const traffic = startTraffic(servers)
    redis.freeze()
    expect(await send(one, 'a', LIMIT + 2)).toEqual({ ok: LIMIT, refused: 2 })
    redis.thaw()
    await someAttempt(areShared).toBe(true)
    expect(new Set(await traffic.stop())).toEqual(new Set([200, 429]))
  })

  it('start without Redis, and share once it is there', async () => {
    await redis.kill()
    await Promise.all(servers.map((server) => server.end()))
    const away = /"msg":"Redis is away/
    servers = await Promise.all([startServer(away), startServer(away)])
    expect(await send(servers[0], 'a', LIMIT + 2)).toEqual({ ok: LIMIT, refused: 2 })
    await redis.revive()
    await someAttempt(areShared).toBe(true)
  })

  it('stop as ever while Redis is away', async () => {
    await redis.kill()
    await Promise.all(servers.map((server) => server.printed(/"msg":"Redis is away/)))
    for (const server of servers) server.signal('SIGTERM')
    expect(await Promise.all(servers.map(({ exit }) => exit))).toEqual([0, 0])
  })

  describe('sent a DPoP proof', () => {
    const url = `${PUBLIC_URL}/api/messages/protected`

    async function createSender(sub: string = crypto.randomUUID()) {
      const key = await createDpopKey()
      const token = await issuer.mint({ claims: { sub, cnf: { jkt: key.thumbprint } } })
      return {
        /** From a clock that is as far ahead as may be, so that an empty Redis takes it soon. */
        prove: () => key.prove({ url, token, claims: { iat: Math.floor(Date.now() / 1000) + 4 } }),
        use: (server: ServerProcess, dpop: string) => {
          const headers = { authorization: `DPoP ${token}`, dpop }
          return ask(server.url, { transport: 'REST', message: 'protected', headers })
        },
      }
    }

    const takesProofs = async (server: ServerProcess) => {
      const sender = await createSender()
      return (await sender.use(server, await sender.prove())).status === 200
    }
    const untilTaken = (server: ServerProcess) =>
      expect.poll(() => takesProofs(server), { interval: 100 }).toBe(true)
    beforeEach(() => {
      redis.grantMemory()
    })

    it('take it once between them, also when both get it at once', async () => {
      const [one, other] = servers
      const takenTwice: number[][] = []
      const attempt =
        (useProof: (useAt: (server: ServerProcess) => Promise<number>) => Promise<number[]>) =>
        async (sub: string) => {
          const { prove, use } = await createSender(sub)
          const proof = await prove()
          const statuses = await useProof(async (server) => (await use(server, proof)).status)
          if (statuses.filter((status) => status === 200).length > 1) takenTwice.push(statuses)
          return statuses.sort()
        }
      const oneByOne = attempt(async (useAt) => [
        await useAt(one),
        await useAt(other),
        await useAt(one),
      ])
      await someAttempt(oneByOne).toEqual([200, 401, 401])
      const atOnce = attempt((useAt) => Promise.all([useAt(one), useAt(other)]))
      await someAttempt(atOnce).toEqual([200, 401])
      expect(takenTwice).toEqual([])
    })

    it('take none while Redis is away or hangs, for another may have taken it', async () => {
      const { prove, use } = await createSender()
      const [one, other] = servers
      const troubles: [() => unknown, () => unknown][] = [
        [() => redis.kill(), () => redis.revive()],
        [() => redis.freeze(), () => redis.thaw()],
      ]
      for (const [breakRedis, mendRedis] of troubles) {
        await untilTaken(one)
        const proof = await prove()
        await breakRedis()
        for (const answer of [await use(one, proof), await use(other, proof)]) {
          expect(answer).toMatchObject({
            status: 503,
            body: '{"message":"Service Unavailable"}',
            challenge: null,
          })
          expect(answer.headers.get('retry-after')).toBe('2')
        }
        expect(await send(one, crypto.randomUUID(), 1)).toEqual({ ok: 1, refused: 0 })
        await mendRedis()
        redis.grantMemory()
        await untilTaken(one)
      }
    })

    it('take none again that was used before Redis lost everything', async () => {
      const { prove, use } = await createSender()
      const [one, other] = servers
      await untilTaken(one)
      const proof = await prove()
      expect((await use(one, proof)).status).toBe(200)
      await redis.kill()
      await redis.revive()
      const statuses = new Set<number>()
      const asksAgain = async () => {
        const { status, headers } = await use(other, proof)
        statuses.add(status)
        return Number(headers.get('retry-after'))
      }
      // Ten tries a client: so long that Redis is back, and says itself that it may have forgotten.
      await expect.poll(asksAgain, { interval: 500 }).toBeGreaterThan(2)
      await untilTaken(other)
      await asksAgain()
      expect([...statuses]).toEqual([503])
    })

    it('do not remember it when its sender is over the rate limit', async () => {
      const settings = { RATE_LIMIT_WINDOW_SECONDS: '1' }
      const server = await startServer(undefined, settings)
      try {
        const { prove, use } = await createSender()
        let proof = await prove()
        while ((await use(server, proof)).status === 200) proof = await prove()
        let { status } = await use(server, proof)
        while (status === 429) status = (await use(server, proof)).status
        expect(status).not.toBe(401)
      } finally {
        await server.end()
      }
    })
  })
})
