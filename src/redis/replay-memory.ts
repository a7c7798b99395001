import {
  PROOF_LIFETIME_SECONDS,
  proofsUnavailable,
  type ReplayMemory,
} from '@trpc-hybrid/access-token/engine'
import type { RedisConnection } from './connection.ts'

const PREFIX = 'messages-api:dpop-proof:'
const RETRY_AFTER_SECONDS = 2

/**
 * Knows the DPoP proofs that were sent to any replica. While Redis is away none is accepted, because another
 * replica may have accepted it. Those that were sent to this replica are in `local` too, and known at once.
 */
export function createSharedReplayMemory(
  redis: RedisConnection,
  local: ReplayMemory,
): ReplayMemory {
  async function rememberInRedis(id: string): Promise<boolean> {
    const key = `${PREFIX}${id}`
    const lifetime = String(PROOF_LIFETIME_SECONDS)
    try {
      return (await redis.send(key, ['SET', key, '', 'NX', 'EX', lifetime])) === 'OK'
    } catch (cause) {
      throw proofsUnavailable(RETRY_AFTER_SECONDS, cause)
    }
  }

  return {
    has: (id) => local.has(id),
    async remember(use) {
      if (!redis.available()) throw proofsUnavailable(RETRY_AFTER_SECONDS)
      return (await local.remember(use)) && rememberInRedis(use.id)
    },
  }
}
