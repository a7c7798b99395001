import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, type } from 'node:os'
import { CONNECTIONS } from './load.ts'
import type { ScenarioResult } from './measure.ts'
import type { MemoryPoint } from './soak.ts'
import type { StartUp } from './start-up.ts'
import type { StreamResults } from './streams/measure.ts'

/** Where and with what it was measured: figures of two environments can't be compared. */
export interface Environment {
  readonly cpu: string
  readonly cores: number
  readonly system: string
  readonly node: string
  readonly generator: 'wrk' | 'autocannon'
  readonly pinned: boolean
  readonly connections: number
}

/** What one run measures, or several. */
export interface Measured {
  readonly scenarios: readonly ScenarioResult[]
  readonly memory: readonly MemoryPoint[]
  readonly startUps: readonly StartUp[]
  readonly streams: StreamResults
}

/** Everything measured, as it stands in `results.json`. */
export interface Results extends Measured {
  readonly measuredOn: string
  /** The machine's load average of the minute before: near 0, or others disturbed what is measured. */
  readonly loadBefore: number
  readonly environment: Environment
}

/** Of a run that measures something else. */
export const NOTHING: Measured = {
  scenarios: [],
  memory: [],
  startUps: [],
  streams: { idle: [], ticking: [] },
}

export function describeEnvironment(setup: Pick<Environment, 'generator' | 'pinned'>): Environment {
  return {
    ...setup,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    system: `${type()} ${release()}`,
    node: execFileSync('node', ['--version'], { encoding: 'utf8' }).trim(),
    connections: CONNECTIONS,
  }
}

export function readResults(path: string): Results | undefined {
  if (!existsSync(path)) return undefined
  return { ...NOTHING, ...(JSON.parse(readFileSync(path, 'utf8')) as Results) }
}

/** The newer figures, and what the older ones have besides, if they come from the same environment. */
export function mergeResults(newer: Results, older: Results | undefined): Results {
  if (JSON.stringify(older?.environment) !== JSON.stringify(newer.environment)) return newer
  const measured = new Set(newer.scenarios.map(({ scenario }) => scenario))
  const kept = (older?.scenarios ?? []).filter(({ scenario }) => !measured.has(scenario))
  return {
    ...newer,
    scenarios: [...newer.scenarios, ...kept],
    memory: newer.memory.length > 0 ? newer.memory : (older?.memory ?? []),
    startUps: newer.startUps.length > 0 ? newer.startUps : (older?.startUps ?? []),
    streams: newer.streams.idle.length > 0 ? newer.streams : (older?.streams ?? NOTHING.streams),
  }
}
