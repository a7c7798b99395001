import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { memoryFlags, memoryOf } from './memory.ts'
import { startStreaming, type Streaming } from './start.ts'
import { subscribe } from './subscribers.ts'
import { subscriptionRequest } from './subscription-request.ts'
import type { BenchServer } from '../servers.ts'

export const IDLE_SUBSCRIPTIONS = 5_000
/** Opened and left before anything is measured, so that what is made once is there. */
const WARM_UP = 500
const SETTLE_MS = 1_500

/** What one open subscription takes on which nothing happens, in KB (1,000 bytes). */
export interface IdleMemory {
  readonly server: string
  readonly subscriptions: number
  readonly rssKb: number
  readonly heapKb: number
}

export async function measureIdle(server: BenchServer, streaming: Streaming): Promise<IdleMemory> {
  const file = join(streaming.directory, `${server.name}.memory`)
  const running = await startStreaming(server, { ...streaming, nodeFlags: memoryFlags(file) })
  const subscribers = {
    port: Number(new URL(running.url).port),
    request: subscriptionRequest('events.idle'),
    tokensFile: streaming.tokensFile,
    core: streaming.clientCore,
  }
  try {
    const before = await subscribe({ ...subscribers, count: WARM_UP })
    await before.leave()
    await delay(SETTLE_MS)
    const base = await memoryOf(running, file)
    const { leave } = await subscribe({ ...subscribers, count: IDLE_SUBSCRIPTIONS })
    await delay(SETTLE_MS)
    const open = await memoryOf(running, file)
    await leave()
    const each = (name: 'rss' | 'heapUsed') => (open[name] - base[name]) / IDLE_SUBSCRIPTIONS / 1000
    return {
      server: server.name,
      subscriptions: IDLE_SUBSCRIPTIONS,
      rssKb: each('rss'),
      heapKb: each('heapUsed'),
    }
  } finally {
    await running.stop()
  }
}
