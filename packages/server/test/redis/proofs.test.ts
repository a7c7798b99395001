import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from '@redis/client'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { SYSTEM_CLOCKS, type ReplayMemory } from '@trpc-hybrid/access-token/engine'
import { createSharedState, type SharedState } from '../../src/limits/shared-state.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { hasRedis, startRedis } from '../support/redis.ts'

/** A proof that is made so long after a memory began can't have been used before it. */
const SAFE_AFTER_MS = 7_000
const MARGIN_MS = 200
const UNAVAILABLE = expect.objectContaining({ code: 'proofs_unavailable' }) as unknown

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** What a replica shares with the others, connected. */
async function startReplica(urls: string): Promise<SharedState> {
  const [first = '', ...more] = urls.split(',')
  const logger = pino({ level: 'silent' })
  const state = await createSharedState([first, ...more], {
    prefix: 'messages-api',
    logger,
    ...SYSTEM_CLOCKS,
  })
  ends.push(state.close)
  await untilConnected(state)
  return state
}

const untilConnected = (state: SharedState) => expect.poll(() => state.redisAvailable()).toBe(true)

/** A proof that was made when a memory that begins now is just old enough for it. */
const newProof = (issuedAtMs = Date.now() + SAFE_AFTER_MS + MARGIN_MS / 2) => ({
  id: crypto.randomUUID(),
  owner: 'owner',
  issuedAtMs,
})
type Proof = ReturnType<typeof newProof>

/** Whether it is the first use, or why it is refused. */
async function use(
  { replayMemory }: { replayMemory: ReplayMemory },
  proof: Proof,
): Promise<unknown> {
  try {
    return await replayMemory.remember(proof)
  } catch (error) {
    return error
  }
}

async function command(url: string, ...args: string[]): Promise<void> {
  const client = createClient({ url })
  await client.connect()
  await client.sendCommand(args)
  client.destroy()
}

describe.skipIf(!hasRedis)('the memory of proofs that replicas share', () => {
  it('refuses what may have been used before it began, each time, and takes what is newer', async () => {
    const redis = await startRedis()
    ends.push(() => redis.end())
    const [one, other] = [await startReplica(redis.url), await startReplica(redis.url)]
    const old = newProof(Date.now() - 1_000)
    for (const replica of [one, other, one]) expect(await use(replica, old)).toEqual(UNAVAILABLE)
    expect(await use(one, old)).toMatchObject({ retryAfterSeconds: expect.any(Number) as number })

    const proof = newProof()
    expect(await use(one, proof)).toBe(true)
    expect(await use(other, proof)).toBe(false)
    expect(await use(one, proof)).toBe(false)
  })

  it('refuses a used proof at the other replica after Redis was emptied', async () => {
    const redis = await startRedis()
    ends.push(() => redis.end())
    const [one, other] = [await startReplica(redis.url), await startReplica(redis.url)]
    const proof = newProof()
    expect(await use(one, proof)).toBe(true)
    await delay(MARGIN_MS)
    await command(redis.url, 'FLUSHALL')
    expect(await use(other, proof)).toEqual(UNAVAILABLE)
    expect(await use(one, proof)).toBe(false)
    expect(await use(other, newProof())).toBe(true)
  })

  it('refuses a used proof at the other replica after Redis was started anew', async () => {
    const redis = await startRedis()
    ends.push(() => redis.end())
    const [one, other] = [await startReplica(redis.url), await startReplica(redis.url)]
    const proof = newProof()
    expect(await use(one, proof)).toBe(true)
    await redis.kill()
    await delay(MARGIN_MS)
    expect(await use(other, proof)).toEqual(UNAVAILABLE)
    await redis.revive()
    await untilConnected(other)
    expect(await use(other, proof)).toEqual(UNAVAILABLE)
    const later = newProof()
    expect(await use(other, later)).toBe(true)
    await untilConnected(one)
    expect(await use(one, later)).toBe(false)
  })

  it('refuses a proof that was used after the snapshot from which Redis was restored', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'redis-'))
    ends.push(() => rm(dir, { recursive: true }))
    const redis = await startRedis({ dir })
    ends.push(() => redis.end())
    const [one, other] = [await startReplica(redis.url), await startReplica(redis.url)]
    await command(redis.url, 'SAVE')
    const proof = newProof()
    expect(await use(one, proof)).toBe(true)
    await redis.kill()
    await delay(MARGIN_MS)
    await redis.revive()
    await untilConnected(other)
    expect(await use(other, proof)).toEqual(UNAVAILABLE)
  })

  it('is as safe on the nodes of a cluster, also after a node was lost or emptied', async () => {
    const cluster = await startRedisCluster()
    ends.push(() => cluster.end())
    const [one, other] = [await startReplica(cluster.urls), await startReplica(cluster.urls)]
    const useAll = (replica: SharedState, proofs: Proof[]) =>
      Promise.all(proofs.map((proof) => use(replica, proof)))
    const newProofs = () => Array.from({ length: 24 }, () => newProof())
    const kinds = (answers: unknown[]) =>
      new Set(answers.map((answer) => (typeof answer === 'boolean' ? answer : 'unavailable')))

    const proofs = newProofs()
    expect(await useAll(one, proofs)).toEqual(proofs.map(() => true))
    expect(await useAll(other, proofs)).toEqual(proofs.map(() => false))

    const [, second = ''] = cluster.urls.split(',')
    const fresh = newProofs()
    expect(await useAll(one, fresh)).toEqual(fresh.map(() => true))
    await delay(MARGIN_MS)
    await command(second, 'FLUSHALL')
    expect(kinds(await useAll(other, fresh))).toEqual(new Set([false, 'unavailable']))

    const last = newProofs()
    expect(kinds(await useAll(one, last))).toEqual(new Set([true]))
    await cluster.failOver()
    await expect.poll(() => use(other, newProof())).toBe(true)
    expect(kinds(await useAll(other, last))).toEqual(new Set([false, 'unavailable']))
  })
})
