import { LRUCache } from 'lru-cache'

/** Knows which DPoP proofs were used (RFC 9449 §11.1). Replicas share one through Redis. */
export interface ReplayMemory {
  /**
   * Remembers `id` for `ttlSeconds`.
   *
   * @returns whether this is the first time that it is seen
   */
  remember(id: string, ttlSeconds: number): boolean | Promise<boolean>
}

const MAX_PROOFS = 100_000

/** @param now milliseconds since the epoch */
export function createReplayMemory(now: () => number): ReplayMemory {
  const seen = new LRUCache<string, true>({ max: MAX_PROOFS, perf: { now }, ttlResolution: 0 })
  return {
    remember(id, ttlSeconds) {
      if (seen.has(id)) return false
      seen.set(id, true, { ttl: ttlSeconds * 1000 })
      return true
    },
  }
}
