import type { Logger } from 'pino'
import {
  createReplayMemory,
  type Clocks,
  type ReplayMemory,
} from '@trpc-hybrid/access-token/engine'
import type { RedisUrls } from './redis/connection.ts'
import { createRateLimitMemory } from './rate-limit-memory.ts'
import type { RateLimitOptions } from './rate-limit.ts'

/** The only state that replicas have to share. */
export interface SharedState {
  readonly replayMemory: ReplayMemory
  readonly createRateLimitStore: RateLimitOptions['createStore']
  /** Whether it is shared now; `undefined` where no Redis is configured. */
  readonly redisAvailable: () => boolean | undefined
  readonly close: () => void
}

/** In Redis where there is one, else in this process. It never waits for Redis. */
export async function createSharedState(
  redisUrls: RedisUrls | undefined,
  deps: Clocks & {
    readonly logger: Logger
    /** Of all keys in Redis. */
    readonly prefix: string
  },
): Promise<SharedState> {
  const { logger, now, monotonicNow, prefix } = deps
  const replayMemory = createReplayMemory(deps)
  const createRateLimitStore: RateLimitOptions['createStore'] = (limit) =>
    createRateLimitMemory(limit, monotonicNow)
  if (redisUrls === undefined) {
    const none = () => undefined
    return { replayMemory, createRateLimitStore, redisAvailable: none, close: none }
  }
  const [{ connectRedis }, { createSharedRateLimitStore }, { createSharedReplayMemory }] =
    await Promise.all([
      import('./redis/connection.ts'),
      import('./redis/rate-limit-store.ts'),
      import('./redis/replay-memory.ts'),
    ])
  const redis = connectRedis({
    urls: redisUrls,
    prefix,
    logger,
    now: monotonicNow,
    onConnected: () => void sharedReplayMemory.begin(),
  })
  const isCluster = redisUrls.length > 1
  const sharedReplayMemory = createSharedReplayMemory(redis, {
    local: replayMemory,
    isCluster,
    now,
    prefix,
  })
  return {
    replayMemory: sharedReplayMemory,
    createRateLimitStore: (limit) => {
      const local = createRateLimitStore(limit)
      return createSharedRateLimitStore(redis, { ...limit, local, monotonicNow, prefix })
    },
    redisAvailable: () => redis.available(),
    close: () => {
      redis.close()
    },
  }
}
