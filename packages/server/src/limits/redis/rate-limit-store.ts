import { LRUCache } from 'lru-cache'
import type { Count, RateLimitName, RateLimitStore } from '../rate-limit.ts'
import type { RedisReply } from './client.ts'
import type { RedisConnection } from './connection.ts'
import { WrongAnswer } from './wrong-answer.ts'

/** This many replicas together let at most this part of a limit through over it. */
const REPLICAS = 10
const OVER = 0.05
const MAX_WINDOWS = 10_000

/**
 * Counts, and begins a window where there is none. The whole text is sent each time: Redis may lose a script
 * that it knows by hash.
 */
const COUNT = `
local hits = redis.call('INCRBY', KEYS[1], ARGV[1])
local msLeft = redis.call('PTTL', KEYS[1])
if msLeft < 0 then
  msLeft = tonumber(ARGV[2])
  redis.call('PEXPIRE', KEYS[1], msLeft)
end
return { hits, msLeft }`

/** A client's window as this replica knows it. */
interface Window {
  /** Counted by all replicas, as Redis said last. */
  counted: number
  /** Counted by this replica since then. */
  pending: number
  /** On the monotonic clock. */
  endsAt: number
}

export interface SharedRateLimit {
  /** Of its keys. */
  readonly prefix: string
  readonly name: RateLimitName
  readonly limit: number
  readonly windowMs: number
  /** Counts for as long as Redis is away. */
  readonly local: RateLimitStore
  readonly monotonicNow: () => number
}

/**
 * Counts in Redis, shared with every replica, but does not ask it for every request. A replica adds what it has
 * counted since to what Redis said last. With every 30th request of a client it settles the two (for a limit
 * of 6,000; with every request for one under 400).
 */
export function createSharedRateLimitStore(
  redis: RedisConnection,
  { name, limit, windowMs, local, monotonicNow, prefix }: SharedRateLimit,
): RateLimitStore {
  const step = Math.max(1, Math.floor((limit * OVER) / REPLICAS))
  const windows = new LRUCache<string, Window>({ max: MAX_WINDOWS })

  async function settle(client: string, window: Window): Promise<Count> {
    const hits = window.pending
    window.counted += hits
    window.pending = 0
    const key = `${prefix}:rate-limit:${name}:${client}`
    const command = ['EVAL', COUNT, '1', key, String(hits), String(windowMs)]
    const reply = await redis.send(key, command)
    const [counted, msLeft] = Array.isArray(reply) ? (reply as RedisReply[]) : []
    if (typeof counted !== 'number' || typeof msLeft !== 'number') {
      throw new WrongAnswer('No answer of the script for counts')
    }
    window.counted = counted
    window.endsAt = monotonicNow() + msLeft
    return countOf(window)
  }

  function countOf({ counted, pending, endsAt }: Window): Count {
    return { hits: counted + pending, msLeft: endsAt - monotonicNow() }
  }

  async function settleOrCountLocally(client: string, window: Window): Promise<Count> {
    try {
      return await settle(client, window)
    } catch {
      windows.delete(client)
      return local.increment(client)
    }
  }

  return {
    increment(client) {
      if (!redis.available()) return local.increment(client)
      const known = windows.get(client)
      if (known && monotonicNow() < known.endsAt) {
        known.pending++
        return known.pending < step ? countOf(known) : settleOrCountLocally(client, known)
      }
      const window = { counted: 0, pending: 1, endsAt: 0 }
      windows.set(client, window)
      return settleOrCountLocally(client, window)
    },
  }
}
