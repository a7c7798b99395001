import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import type { MeasureOptions } from './measure.ts'
import { residentMiB } from './resident-memory.ts'
import { startServer } from './server-process.ts'
import { OURS, serverNamed } from './servers.ts'

const TIMES = 7
/** V8 gives the memory that a start needed back when it has seen for 16 s that there is little to do. */
const REST_MS = 20_000

/** One start of `node dist/main.js`, without metrics and Redis. */
export interface StartUp {
  /** From the start of the process to the first answer with 200. */
  readonly firstAnswerMs: number
  /** Resident memory while nothing is asked of it. */
  readonly restMiB: number
}

/** Starts our server several times, one after the other, as the product is started. */
export async function measureStartUps(options: MeasureOptions): Promise<StartUp[]> {
  const script = fileURLToPath(new URL('../dist/main.js', import.meta.url))
  const probe = { method: 'GET' as const, path: '/api/messages/public', headers: {} }
  const { issuer, serverCore: core } = options
  const startUps: StartUp[] = []
  for (let n = 0; n < TIMES; n += 1) {
    const ours = { ...serverNamed(OURS), script }
    const server = await startServer(ours, { issuer, core, probe, env: { METRICS_PORT: '' } })
    try {
      await delay(REST_MS)
      startUps.push({ firstAnswerMs: server.startedInMs, restMiB: residentMiB(server.pid) })
    } finally {
      await server.stop()
    }
  }
  return startUps
}
