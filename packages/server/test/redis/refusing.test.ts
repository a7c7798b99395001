import { createClient, type RedisClientType } from '@redis/client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../support/contract.ts'
import { untilReady } from '../support/http.ts'
import { startIssuer, type TestIssuer } from '../support/issuer.ts'
import { hasRedis, startRedis, type TestRedis } from '../support/redis.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const LIMIT = 5

/** Ways in which a server that answers takes no command, and what ends each. */
const REFUSALS: readonly [what: string, begin: string[][], end: string[]][] = [
  [
    'asks for a password',
    [
      ['CONFIG', 'SET', 'requirepass', 'x'],
      ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'], // who is connected may go on without
    ],
    ['CONFIG', 'SET', 'requirepass', ''],
  ],
  ['became a replica', [['REPLICAOF', '127.0.0.1', '1']], ['REPLICAOF', 'NO', 'ONE']],
  [
    'has no memory left',
    [['CONFIG', 'SET', 'maxmemory', '1']],
    ['CONFIG', 'SET', 'maxmemory', '0'],
  ],
]

describe.skipIf(!hasRedis)('a Redis that answers and refuses commands', () => {
  let issuer: TestIssuer
  let redis: TestRedis
  let operator: RedisClientType
  let servers: TestServer[]

  beforeAll(async () => {
    issuer = await startIssuer()
    redis = await startRedis()
    operator = createClient({ url: redis.url })
    await operator.connect()
  })
  afterEach(() => Promise.all(servers.map((server) => server.close())))
  afterAll(async () => {
    operator.destroy()
    await redis.end()
    await issuer.close()
  })

  async function startServers(): Promise<void> {
    const env = { REDIS_URL: redis.url, RATE_LIMIT_MAX: String(LIMIT), METRICS_PORT: '0' }
    servers = await Promise.all([
      startTestServer({ issuer, env }),
      startTestServer({ issuer, env }),
    ])
    await Promise.all(servers.map(({ url }) => untilReady(url)))
  }

  /** What the counts of both say after one request to each. */
  async function remaining(): Promise<(string | undefined)[]> {
    const seen: (string | undefined)[] = []
    for (const { url } of servers) {
      const answer = await ask(url, { transport: 'REST', message: 'public' })
      expect(answer.status).toBe(200)
      seen.push(/r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1])
    }
    return seen
  }

  const messages = ({ log }: TestServer) =>
    log.flatMap(({ msg }) => (String(msg).startsWith('Redis') ? [String(msg)] : []))

  async function gauge({ metricsPort }: TestServer): Promise<string | undefined> {
    const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`)
    return /^redis_available (\d)$/m.exec(await response.text())?.[1]
  }

  async function untilTold(text: string): Promise<void> {
    await expect.poll(() => servers.map((server) => messages(server).at(-1))).toEqual([text, text])
  }

  const REFUSES = 'Redis refuses commands: limits are counted in memory'
  const CONNECTED = 'Redis is connected'

  it.each(REFUSALS)(
    'a server counts in memory while Redis refuses, and then shares again: it %s',
    async (_what, begin, end) => {
      await operator.sendCommand(['FLUSHALL'])
      await startServers()
      await untilTold(CONNECTED)
      expect(await remaining()).toEqual(['4', '3'])

      for (const command of begin) await operator.sendCommand(command)
      expect(await remaining()).toEqual(['4', '4'])
      await untilTold(REFUSES)
      expect(await Promise.all(servers.map(gauge))).toEqual(['0', '0'])

      await operator.sendCommand(end)
      await untilTold(CONNECTED)
      expect(await remaining()).toEqual(['2', '1'])
      expect(await Promise.all(servers.map(gauge))).toEqual(['1', '1'])
      for (const server of servers) {
        expect(messages(server).filter((text) => text === REFUSES)).toHaveLength(1)
      }
    },
  )
})
