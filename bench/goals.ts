import { fetchScenarios } from './fetch-scenarios.ts'
import { helpdeskScenarios } from './helpdesk-scenarios.ts'
import { mcpScenarios } from './mcp-scenarios.ts'
import type { ServerResult } from './measure.ts'
import type { Results } from './results.ts'
import { BARE, OURS, SERVERS, TRPC, YARDSTICK, type BenchServer } from './servers.ts'
import { median, ratio } from './statistics.ts'

export interface GoalResult {
  readonly goal: string
  readonly measured: string
  readonly met: boolean
}

/** Flat: resident memory in the second half of the soak is at most so much over that in the first half. */
const FLAT_GROWTH = 0.05

const IDLE_KB = 25

const RPC_PEER = 'orpc'
/** What one procedure is asked for by, over REST and over RPC. */
const PROCEDURE_CALLS = [
  ...['admin', 'rest-param', 'rest-post'],
  ...['rpc', 'rpc-input', 'mutation', 'batch'],
]
/** Where most of the time goes into JSON, which bare node:http writes and parses too. */
const JSON_SCENARIOS = ['list-20', 'list-200', 'list-1000', 'body-29k', 'body-75k']
const PEERS = SERVERS.filter(
  ({ guarded, fairAs, ours }) => guarded && fairAs === undefined && !ours,
)

/** Every goal whose figures are there. */
export function evaluateGoals(results: Results): GoalResult[] {
  const rates = ratesOf(results)
  return [
    ...rivalGoal(rates),
    ...PROCEDURE_CALLS.flatMap((scenario) =>
      atLeast(2, {
        goal: `${scenario}: × oRPC`,
        of: rates(scenario, OURS),
        to: rates(scenario, RPC_PEER),
      }),
    ),
    ...mcpScenarios.flatMap(({ name }) =>
      atLeast(2, {
        goal: `${name}: × the MCP SDK`,
        of: rates(name, OURS),
        to: rates(name, 'mcp-sdk'),
      }),
    ),
    ...results.scenarios.flatMap(({ scenario }) => aheadOfPeers(scenario, rates)),
    ...limitGoals(rates),
    ...helpdeskGoals(results),
    ...fetchGoals(rates),
    ...JSON_SCENARIOS.flatMap((scenario) =>
      atLeast(0.75, {
        goal: `${scenario}: × bare node:http`,
        of: rates(scenario, OURS),
        to: rates(scenario, BARE),
      }),
    ),
    ...latencyGoal(results),
    ...memoryGoal(results),
    ...startGoals(results),
    ...streamGoals(results),
  ]
}

type Rates = (scenario: string, server: string) => readonly number[] | undefined

function ratesOf(results: Results): Rates {
  return (scenario, server) =>
    find(results, { scenario, server })?.samples.map(({ requests, seconds }) => requests / seconds)
}

/** Requests in a second of the server's own processor time: what waits for a database is not in it. */
function ratesByProcessorTime(results: Results): Rates {
  return (scenario, server) => {
    const micros = find(results, { scenario, server })?.samples.flatMap(
      ({ cpuMicros }) => cpuMicros ?? [],
    )
    return micros?.length ? micros.map((each) => 1e6 / each) : undefined
  }
}

function find(
  { scenarios }: Results,
  wanted: { scenario: string; server: string },
): ServerResult | undefined {
  const result = scenarios.find(({ scenario }) => scenario === wanted.scenario)
  return result?.servers.find(({ server }) => server === wanted.server)
}

function rivalGoal(rates: Rates): GoalResult[] {
  const rivals = SERVERS.filter(({ rival }) => rival).map(({ name }) => name)
  const to = fastestOf(rivals, (server) => rates('admin', server))?.samples
  const goal = 'admin: × the fastest of Fastify, oRPC, Hono'
  return atLeast(2, { goal, of: rates('admin', OURS), to })
}

/** At least as fast as whichever peer is the fastest. */
function aheadOfPeers(scenario: string, rates: Rates): GoalResult[] {
  const peers = PEERS.map(({ name }) => name)
  const fastest = fastestOf(peers, (server) => rates(scenario, server))
  if (!fastest) return []
  const goal = `${scenario}: × the fastest peer (${fastest.name})`
  return atLeast(1, { goal, of: rates(scenario, OURS), to: fastest.samples })
}

function fastestOf(
  servers: readonly string[],
  samplesOf: (server: string) => readonly number[] | undefined,
) {
  return servers
    .flatMap((name) => {
      const samples = samplesOf(name)
      return samples ? [{ name, samples }] : []
    })
    .sort((a, b) => median(b.samples) - median(a.samples))[0]
}

/** How near it comes to what the platform allows, and the transports to one another. */
function limitGoals(rates: Rates): GoalResult[] {
  const admin = rates('admin', OURS)
  const call = rates('rpc', OURS)
  const batch = rates('batch', OURS)
  return [
    ...atLeast(0.5, { goal: 'admin: × bare node:http', of: admin, to: rates('admin', BARE) }),
    ...atLeast(0.8, { goal: 'RPC, one call: × REST admin', of: call, to: admin }),
    ...atMost(3, { goal: 'time of a batch of 10: × that of one call', of: call, to: batch }),
    ...atLeast(0.9, {
      goal: 'cold tokens: × RS256 verification alone',
      of: rates('cold', OURS),
      to: rates('cold', YARDSTICK),
    }),
  ]
}

function helpdeskGoals(results: Results): GoalResult[] {
  const rates = ratesByProcessorTime(results)
  return helpdeskScenarios.flatMap(({ name, servers }) =>
    aheadOf(servers, { at: 1.2, goal: `${name}: processor time, × Fastify by hand`, rates, name }),
  )
}

function fetchGoals(rates: Rates): GoalResult[] {
  const wanted = [
    { name: 'fetch', at: 2, goal: 'fetch: × the faster of Hono and oRPC' },
    { name: 'hono-rpc', at: 1.5, goal: 'hono-rpc: × Hono + @hono/trpc-server' },
  ]
  return wanted.flatMap(({ name, at, goal }) => {
    const { servers = [] } = fetchScenarios.find((scenario) => scenario.name === name) ?? {}
    return aheadOf(servers, { at, goal, rates, name })
  })
}

/** Ours against the fastest of the others that have a guard. */
function aheadOf(
  servers: readonly BenchServer[],
  wanted: { at: number; goal: string; rates: Rates; name: string },
): GoalResult[] {
  const { at, goal, rates, name } = wanted
  const ours = servers.find((server) => server.ours)
  const others = servers.filter((server) => server.guarded && !server.ours)
  const samplesOf = (server: string) => rates(name, server)
  const fastest = fastestOf(
    others.map((server) => server.name),
    samplesOf,
  )
  return atLeast(at, { goal, of: ours && samplesOf(ours.name), to: fastest?.samples })
}

interface Compared {
  readonly goal: string
  readonly of: readonly number[] | undefined
  readonly to: readonly number[] | undefined
}

function atLeast(wanted: number, { goal, of, to }: Compared): GoalResult[] {
  if (!of || !to) return []
  const value = ratio(of, to)
  return [{ goal: `${goal}, at least ${wanted}`, measured: value.toFixed(2), met: value >= wanted }]
}

function atMost(wanted: number, { goal, of, to }: Compared): GoalResult[] {
  if (!of || !to) return []
  const value = ratio(of, to)
  return [{ goal: `${goal}, at most ${wanted}`, measured: value.toFixed(2), met: value <= wanted }]
}

function latencyGoal(results: Results): GoalResult[] {
  const p99 = (server: string) =>
    find(results, { scenario: 'admin', server })?.samples.flatMap(({ p99Ms }) => p99Ms ?? [])
  const [ours, bare] = [p99(OURS), p99(BARE)]
  return atMost(2, { goal: 'admin: p99 latency × bare node:http', of: ours, to: bare })
}

function memoryGoal({ memory }: Results): GoalResult[] {
  const underLoad = memory.slice(1).map(({ rssMiB }) => rssMiB)
  const half = underLoad.length >> 1
  const requests = memory.at(-1)?.requests ?? 0
  if (half === 0) return []
  const growth = median(underLoad.slice(half)) / median(underLoad.slice(0, half)) - 1 // it swings with the collector
  const goal = `memory: growth from the first to the second half of ${requests.toLocaleString('en-US')} requests, medians, at most ${FLAT_GROWTH * 100} %`
  return [{ goal, measured: `${(growth * 100).toFixed(1)} %`, met: growth <= FLAT_GROWTH }]
}

function streamGoals({ streams: { idle, ticking } }: Results): GoalResult[] {
  const ours = idle.find(({ server }) => server === OURS)
  const cost = (name: string) => {
    const micros = ticking.find(({ server }) => server === name)?.cpuMicros
    return micros === undefined ? undefined : [micros]
  }
  return [
    ...(ours
      ? [
          {
            goal: `streams: an idle subscription takes at most ${IDLE_KB} KB resident`,
            measured: `${ours.rssKb.toFixed(1)} KB`,
            met: ours.rssKb <= IDLE_KB,
          },
        ]
      : []),
    ...atMost(1, {
      goal: "streams: processor time of an event × that of tRPC's adapter",
      of: cost(OURS),
      to: cost(TRPC),
    }),
  ]
}

function startGoals({ startUps }: Results): GoalResult[] {
  if (startUps.length === 0) return []
  const ms = median(startUps.map(({ firstAnswerMs }) => firstAnswerMs))
  const mib = median(startUps.map(({ restMiB }) => restMiB))
  return [
    { goal: 'start: first answer within 300 ms', measured: `${ms.toFixed(0)} ms`, met: ms < 300 },
    {
      goal: 'start: at most 80 MiB resident at rest',
      measured: `${mib.toFixed(0)} MiB`,
      met: mib <= 80,
    },
  ]
}
