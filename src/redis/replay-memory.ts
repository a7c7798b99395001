import type { ReplayMemory } from '../auth/replay-memory.ts'
import type { RedisConnection } from './connection.ts'

const PREFIX = 'messages-api:dpop-proof:'

/**
 * Knows the DPoP proofs that any replica was sent. What this one was sent it knows from `local` too,
 * so that while Redis is away a proof is still good only once here.
 */
export function createSharedReplayMemory(
  redis: RedisConnection,
  local: ReplayMemory,
): ReplayMemory {
  return {
    async remember(id, ttlSeconds) {
      const isNewHere = await local.remember(id, ttlSeconds)
      if (!isNewHere || !redis.available()) return isNewHere
      try {
        const key = `${PREFIX}${id}`
        const reply = await redis.send(key, ['SET', key, '', 'NX', 'EX', String(ttlSeconds)])
        return reply === 'OK'
      } catch {
        return true
      }
    },
  }
}
