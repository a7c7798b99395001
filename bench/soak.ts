import { execFileSync } from 'node:child_process'
import { adminRequest, type MeasureOptions } from './measure.ts'
import { startServer } from './server-process.ts'
import { OURS, serverNamed } from './servers.ts'

const CHUNK_SECONDS = 10
/** Ends the soak, however slow the server is. */
const MAX_MINUTES = 30

/** The server's resident memory after so many requests. */
export interface MemoryPoint {
  readonly requests: number
  readonly rssMiB: number
}

/** Sends many admin requests to our own server and looks at its memory on the way. */
export async function soak(options: MeasureOptions, requests: number): Promise<MemoryPoint[]> {
  const request = await adminRequest(options.tokens)
  const server = await startServer(serverNamed(OURS), {
    issuer: options.issuer,
    core: options.serverCore,
    probe: request,
  })
  const deadline = Date.now() + MAX_MINUTES * 60_000
  try {
    const points = [{ requests: 0, rssMiB: rssMiB(server.pid) }]
    let sent = 0
    while (sent < requests && Date.now() < deadline) {
      const load = { url: server.url, request, seconds: CHUNK_SECONDS, firstToken: 0 }
      const sample = await options.send(load)
      if (sample.refused + sample.failed > 0) throw new Error('Not every request was answered')
      sent += sample.requests
      points.push({ requests: sent, rssMiB: rssMiB(server.pid) })
      console.log(`${sent} requests, ${points.at(-1)?.rssMiB.toFixed(1) ?? ''} MiB`)
    }
    return points
  } finally {
    await server.stop()
  }
}

function rssMiB(pid: number): number {
  const kib = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })
  return Number(kib) / 1024
}
