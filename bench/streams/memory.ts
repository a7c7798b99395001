import { existsSync, readFileSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { ServerProcess } from '../server-process.ts'

const PROBE = new URL('memory-probe.js', import.meta.url)
const TIMEOUT_MS = 20_000
const POLL_MS = 20

/** What is left after a garbage collection, in bytes. */
export interface Memory {
  readonly rss: number
  readonly heapUsed: number
}

/** With which a server can be asked for its memory. @param file where it writes it */
export const memoryFlags = (file: string): string[] => [
  '--expose-gc',
  ...['--import', `${PROBE.href}?to=${encodeURIComponent(file)}`],
]

export async function memoryOf({ pid }: ServerProcess, file: string): Promise<Memory> {
  rmSync(file, { force: true })
  process.kill(pid, 'SIGUSR2')
  const deadline = Date.now() + TIMEOUT_MS
  while (!existsSync(file)) {
    if (Date.now() > deadline) throw new Error('The server did not tell its memory')
    await delay(POLL_MS)
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Memory
}
