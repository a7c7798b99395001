import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { pino } from 'pino'
import { afterEach, expect, it } from 'vitest'
import { SYSTEM_CLOCKS } from '@trpc-hybrid/access-token/engine'
import { loggerOptions } from '../../src/log/logger.ts'
import { createSharedState } from '../../src/limits/shared-state.ts'
import { createCertificate } from '../support/certificate.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { hasRedis } from '../support/redis.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** What a replica with this Redis shares, and what it says of it. */
async function startReplica(url: string) {
  const log: string[] = []
  const logger = pino(loggerOptions('info'), {
    write: (line: string) => log.push((JSON.parse(line) as { msg: string }).msg),
  })
  const state = await createSharedState([url], { prefix: 'messages-api', logger, ...SYSTEM_CLOCKS })
  ends.push(state.close)
  return { ...state, log }
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket.on('error', () => undefined)))
  await once(server.listen(0, 'localhost'), 'listening')
  ends.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const LIMIT = { name: 'client', limit: 5, windowMs: 60_000 } as const

it('what says OK to everything is no Redis: limits are counted in memory, and no proof is taken', async () => {
  const server = createServer((socket) => {
    socket.on('data', (chunk) => {
      const commands = chunk.toString('latin1').match(/^\*\d+\r$/gm)?.length ?? 0
      socket.write('+OK\r\n'.repeat(commands))
    })
  })
  const replica = await startReplica(`redis://localhost:${await listen(server)}`)
  await expect.poll(() => replica.log.length).toBe(1)
  expect(replica.redisAvailable()).toBe(false)
  expect(replica.log).toEqual(['Redis refuses commands: limits are counted in memory'])

  const store = replica.createRateLimitStore(LIMIT)
  expect([store.increment('a'), store.increment('a')]).toMatchObject([{ hits: 1 }, { hits: 2 }])
  const proof = { id: 'a', owner: 'b', issuedAtMs: Date.now() }
  await expect(replica.replayMemory.remember(proof)).rejects.toMatchObject({
    code: 'proofs_unavailable',
  })
})

it.skipIf(!hasRedis)(
  'one node of a cluster is told once, with what to write',
  async () => {
    const cluster = await startRedisCluster()
    ends.push(() => cluster.end())
    const [first = ''] = cluster.urls.split(',')
    const replica = await startReplica(first)
    await expect.poll(() => replica.log.length).toBe(1)
    const store = replica.createRateLimitStore(LIMIT)
    for (const client of ['a', 'b', 'c', 'd']) await store.increment(client)
    expect(replica.log).toEqual([
      'REDIS_URL names one node of a Redis Cluster: write several of them, separated by commas, or the address of all twice; limits are counted in memory',
    ])
  },
  30_000,
)

it('a certificate that is not trusted is told with what to set', async () => {
  const { tls } = await createCertificate()
  const port = await listen(createTlsServer(tls))
  const replica = await startReplica(`rediss://localhost:${port}`)
  await expect
    .poll(() => replica.log)
    .toEqual([expect.stringContaining('start with NODE_EXTRA_CA_CERTS=<its file>')])
})
