import { setTimeout as delay } from 'node:timers/promises'
import { cpuSeconds } from '../cpu-time.ts'
import { startStreaming, type Streaming } from './start.ts'
import { subscribe } from './subscribers.ts'
import { subscriptionRequest } from './subscription-request.ts'
import type { BenchServer } from '../servers.ts'

const SUBSCRIPTIONS = 1_000
const SECONDS = 20
const WARM_UP_MS = 3_000
/** The part that has to come: on a machine that does other things too, a second is longer. */
const LEAST_EVENTS = 0.5

/** What it costs to send an event to one of many subscribers, each of whom gets one a second. */
export interface EventCost {
  readonly server: string
  readonly subscriptions: number
  readonly events: number
  /** Processor time of the server, in microseconds an event; absent where it can't be read. */
  readonly cpuMicros?: number
}

export async function measureTicking(
  server: BenchServer,
  streaming: Streaming,
): Promise<EventCost> {
  const running = await startStreaming(server, streaming)
  try {
    const subscribers = await subscribe({
      port: Number(new URL(running.url).port),
      request: subscriptionRequest('events.ticks'),
      count: SUBSCRIPTIONS,
      tokensFile: streaming.tokensFile,
      core: streaming.clientCore,
    })
    await delay(WARM_UP_MS)
    await subscribers.received()
    const before = cpuSeconds(running.pid)
    await delay(SECONDS * 1000)
    const after = cpuSeconds(running.pid)
    const events = await subscribers.received()
    await subscribers.leave()
    const about = { server: server.name, subscriptions: SUBSCRIPTIONS, events }
    if (events < LEAST_EVENTS * SUBSCRIPTIONS * SECONDS)
      throw new Error(`${server.name} sent too few events`)
    if (before === undefined || after === undefined) return about
    return { ...about, cpuMicros: ((after - before) * 1e6) / events }
  } finally {
    await running.stop()
  }
}
