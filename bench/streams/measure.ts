import { execFileSync } from 'node:child_process'
import type { MeasureOptions } from '../measure.ts'
import { CONTENDERS } from './contenders.ts'
import { IDLE_SUBSCRIPTIONS, measureIdle, type IdleMemory } from './idle.ts'
import { measureTicking, type EventCost } from './ticking.ts'

/** Subscriptions by the thousand. */
export interface StreamResults {
  readonly idle: readonly IdleMemory[]
  readonly ticking: readonly EventCost[]
}

/** Files that a process has open besides its connections. */
const OTHER_FILES = 200

/** @throws where the system gives a process too few files, with what to do about it */
export async function measureStreams(
  options: Pick<MeasureOptions, 'issuer' | 'tokens' | 'serverCore'>,
  around: { readonly clientCore: number | undefined; readonly directory: string },
): Promise<StreamResults> {
  requireFiles(IDLE_SUBSCRIPTIONS + OTHER_FILES)
  const tokensFile = await options.tokens.subscribersFile()
  const streaming = { ...options, ...around, tokensFile }
  const idle: IdleMemory[] = []
  const ticking: EventCost[] = []
  for (const server of CONTENDERS) {
    idle.push(await measureIdle(server, streaming))
    ticking.push(await measureTicking(server, streaming))
    console.log(`${server.label}: ${JSON.stringify([idle.at(-1), ticking.at(-1)])}`)
  }
  return { idle, ticking }
}

/** Node.js itself raises its soft limit to the hard one. */
function requireFiles(needed: number): void {
  const limit = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim()
  if (limit === 'unlimited' || Number(limit) >= needed) return
  throw new Error(`A process may open ${limit} files here and needs ${needed}: raise ulimit -Hn`)
}
