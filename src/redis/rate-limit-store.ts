import type { Store } from 'express-rate-limit'
import { RedisStore } from 'rate-limit-redis'
import type { RedisConnection } from './connection.ts'

/** Counts in Redis, shared with every replica; in `local` for as long as Redis is away. */
export function createSharedRateLimitStore(
  redis: RedisConnection,
  name: string,
  local: Store,
): Store {
  const prefix = `messages-api:rate-limit:${name}:`
  const shared = new RedisStore({
    prefix,
    sendCommandCluster: ({ key, command }) => redis.send(key, command),
  })

  async function orLocally<T>(
    inRedis: () => Promise<T>,
    inMemory: () => T | Promise<T>,
  ): Promise<T> {
    if (!redis.available()) return inMemory()
    try {
      return await inRedis()
    } catch {
      return inMemory()
    }
  }

  return {
    prefix,
    init(options) {
      void local.init?.(options)
      redis.onConnect(() => {
        shared.init(options).catch(() => undefined) // loads its scripts; in vain, it counts in memory
      })
    },
    increment: (key) =>
      orLocally(
        () => shared.increment(key),
        () => local.increment(key),
      ),
    decrement: (key) =>
      orLocally(
        () => shared.decrement(key),
        () => local.decrement(key),
      ),
    resetKey: (key) =>
      orLocally(
        () => shared.resetKey(key),
        () => local.resetKey(key),
      ),
    shutdown() {
      void local.shutdown?.()
    },
  }
}
