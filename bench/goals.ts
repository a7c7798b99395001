import type { ServerResult } from './measure.ts'
import type { Results } from './results.ts'
import { BARE, OURS, SERVERS, YARDSTICK } from './servers.ts'
import { median, ratio } from './statistics.ts'

export interface GoalResult {
  readonly goal: string
  readonly measured: string
  readonly met: boolean
}

/** Flat: the second half of the soak ends no higher than this much above where it began. */
const FLAT_GROWTH = 0.05

/** Every goal whose figures are there. */
export function evaluateGoals(results: Results): GoalResult[] {
  const rates = ratesOf(results)
  return [...throughputGoals(rates), ...latencyGoal(results), ...memoryGoal(results)]
}

type Rates = (scenario: string, server: string) => readonly number[] | undefined

function ratesOf(results: Results): Rates {
  return (scenario, server) =>
    find(results, { scenario, server })?.samples.map(({ requests, seconds }) => requests / seconds)
}

function find(
  { scenarios }: Results,
  wanted: { scenario: string; server: string },
): ServerResult | undefined {
  const result = scenarios.find(({ scenario }) => scenario === wanted.scenario)
  return result?.servers.find(({ server }) => server === wanted.server)
}

function throughputGoals(rates: Rates): GoalResult[] {
  const admin = rates('admin', OURS)
  const rivals = SERVERS.filter(({ rival }) => rival).map(({ name }) => rates('admin', name) ?? [])
  const fastest = rivals
    .filter((samples) => samples.length > 0)
    .sort((a, b) => median(b) - median(a))[0]
  return [
    ...atLeast(2, { goal: 'admin: × the fastest of Fastify, oRPC, Hono', of: admin, to: fastest }),
    ...atLeast(0.3, { goal: 'admin: × bare node:http', of: admin, to: rates('admin', BARE) }),
    ...atLeast(0.8, { goal: 'RPC: × REST', of: rates('rpc', OURS), to: admin }),
    ...atLeast(0.9, {
      goal: 'cold tokens: × RS256 verification alone',
      of: rates('cold', OURS),
      to: rates('cold', YARDSTICK),
    }),
  ]
}

function atLeast(
  wanted: number,
  compared: {
    readonly goal: string
    readonly of: readonly number[] | undefined
    readonly to: readonly number[] | undefined
  },
): GoalResult[] {
  const { goal, of, to } = compared
  if (!of || !to) return []
  const value = ratio(of, to)
  return [{ goal: `${goal}, at least ${wanted}`, measured: value.toFixed(2), met: value >= wanted }]
}

function latencyGoal(results: Results): GoalResult[] {
  const p99 = (server: string) =>
    find(results, { scenario: 'admin', server })?.samples.map(({ p99Ms }) => p99Ms)
  const [ours, bare] = [p99(OURS), p99(BARE)]
  if (!ours || !bare) return []
  const value = median(ours) / median(bare)
  const goal = 'admin: p99 latency × bare node:http, at most 2'
  return [{ goal, measured: value.toFixed(2), met: value <= 2 }]
}

function memoryGoal({ memory }: Results): GoalResult[] {
  const last = memory.at(-1)
  const half = memory.find(({ requests }) => requests >= (last?.requests ?? 0) / 2)
  if (!last || !half) return []
  const growth = last.rssMiB / half.rssMiB - 1
  const goal = `memory: growth over the second half of ${last.requests.toLocaleString('en-US')} requests, at most ${FLAT_GROWTH * 100} %`
  return [{ goal, measured: `${(growth * 100).toFixed(1)} %`, met: growth <= FLAT_GROWTH }]
}
