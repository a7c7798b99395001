import { setTimeout as delay } from 'node:timers/promises'
import type { TestIssuer } from '../../packages/server/test/support/issuer.ts'
import { cpuSeconds } from '../cpu-time.ts'
import { residentMiB } from '../resident-memory.ts'
import { startServer, type ServerProcess } from '../server-process.ts'
import { OURS, serverNamed } from '../servers.ts'

/** Requests whose processor time is shared by their number: the kernel counts it in steps of 10 ms. */
const DOCUMENTS = 20
const REQUESTS = 3_000

/** What a process takes that serves a router. Times are processor time in milliseconds. */
export interface RunTime {
  readonly startMs: number
  readonly restMiB: number
  readonly firstDocumentMs: number
  readonly nextDocumentMs: number
  /** A request to the route that was written first, and last. */
  readonly firstRouteMs: number
  readonly lastRouteMs: number
}

export interface RunTimeOptions {
  readonly script: string
  readonly issuer: TestIssuer
  readonly firstPath: string
  readonly lastPath: string
}

export async function measureRunTime(options: RunTimeOptions): Promise<RunTime> {
  const { script, issuer, firstPath, lastPath } = options
  const ready = { method: 'GET' as const, path: '/readyz', headers: {} }
  const server = await startServer(
    { ...serverNamed(OURS), script },
    { issuer, core: undefined, probe: ready, env: { METRICS_PORT: '', LOG_LEVEL: 'warn' } },
  )
  try {
    const startMs = cpuMs(server)
    await delay(500)
    const restMiB = residentMiB(server.pid)
    const firstDocumentMs = await costOf(server, { path: DOCUMENT, times: 1 })
    const nextDocumentMs = await costOf(server, { path: DOCUMENT, times: DOCUMENTS })
    await costOf(server, { path: firstPath, times: REQUESTS })
    const firstRouteMs = await costOf(server, { path: firstPath, times: REQUESTS })
    const lastRouteMs = await costOf(server, { path: lastPath, times: REQUESTS })
    return { startMs, restMiB, firstDocumentMs, nextDocumentMs, firstRouteMs, lastRouteMs }
  } finally {
    await server.stop()
  }
}

const DOCUMENT = '/api/openapi.json'

const cpuMs = ({ pid }: ServerProcess) => (cpuSeconds(pid) ?? 0) * 1000

/** Of one request. */
async function costOf(
  server: ServerProcess,
  { path, times }: { readonly path: string; readonly times: number },
): Promise<number> {
  const before = cpuMs(server)
  for (let n = 0; n < times; n += 1) {
    const response = await fetch(server.url + path)
    if (!response.ok) throw new Error(`${path} answers ${response.status}`)
    await response.arrayBuffer()
  }
  return (cpuMs(server) - before) / times
}
