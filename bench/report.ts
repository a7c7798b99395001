import { evaluateGoals } from './goals.ts'
import type { ScenarioResult, ServerResult } from './measure.ts'
import type { Environment, Results } from './results.ts'
import { SCENARIOS } from './scenarios.ts'
import { serverNamed, type BenchServer } from './servers.ts'
import type { MemoryPoint } from './soak.ts'
import type { StartUp } from './start-up.ts'
import type { StreamResults } from './streams/measure.ts'
import type { Sample } from './subject.ts'
import { median, ratio, spread } from './statistics.ts'

/** How many rows the table of the memory soak has at most. */
const MEMORY_ROWS = 12

/** The results as a Markdown document. */
export function renderReport(results: Results): string {
  const sections = SCENARIOS.flatMap(({ name, title }) => {
    const result = results.scenarios.find(({ scenario }) => scenario === name)
    return result ? [`## ${name}`, title, renderScenario(result)] : []
  })
  const goals = evaluateGoals(results).map(({ goal, measured, met }) => [
    goal,
    measured,
    met ? 'yes' : 'no',
  ])
  return [
    '# Results',
    `Written by \`npm run bench\`; [README.md](README.md) says what each scenario measures.`,
    renderEnvironment(results),
    ...(goals.length > 0 ? ['## Goals', table(['goal', 'measured', 'met'], goals)] : []),
    ...sections,
    ...(results.startUps.length > 0 ? ['## start', renderStartUps(results.startUps)] : []),
    ...(results.streams.idle.length > 0 ? ['## streams', renderStreams(results.streams)] : []),
    ...(results.memory.length > 0 ? ['## memory', renderMemory(results.memory)] : []),
  ].join('\n\n')
}

function renderEnvironment({ measuredOn, loadBefore, environment }: Results): string {
  const { cpu, cores, system, node, generator, connections } = environment
  return (
    `Measured on ${measuredOn}: ${cpu}, ${cores} cores, ${system}, Node.js ${node}, ${generator} with ` +
    `${connections} connections${pinning(environment)}. ` +
    `Every server has one core. Load average before: ${loadBefore.toFixed(1)}.`
  )
}

const pinning = ({ pinned }: Environment) =>
  pinned ? ', server and load on a core of their own each' : ', nothing pinned'

/** One scenario's table: medians over the rounds, the fastest server first. */
export function renderScenario({ scenario, servers, seconds }: ScenarioResult): string {
  const rows = [...servers]
    .sort((a, b) => median(perSecond(b)) - median(perSecond(a)))
    .map((server) => [
      serverNamed(server.server).label,
      Math.round(median(perSecond(server))).toLocaleString('en-US'),
      `${(spread(perSecond(server)) * 100).toFixed(0)} %`,
      medianOf(server, ({ p50Ms }) => p50Ms, 2),
      medianOf(server, ({ p99Ms }) => p99Ms, 2),
      medianOf(server, ({ cpuMicros }) => cpuMicros, 1),
      against(
        server,
        find(servers, ({ bare }) => bare),
      ),
      against(
        find(servers, ({ ours }) => ours),
        server,
      ),
    ])
  const head = ['server', 'req/s', 'spread', 'p50 ms', 'p99 ms', 'CPU µs/req', 'of bare', 'ours is']
  const [sample, ...more] = servers[0]?.samples ?? []
  const rounds = sample ? more.length + 1 : 0
  const { inProcess } = SCENARIOS.find(({ name }) => name === scenario) ?? {}
  const length = inProcess
    ? `${(sample?.requests ?? 0).toLocaleString('en-US')} requests`
    : `${seconds} s`
  return `${table(head, rows)}\n\nMedians of ${rounds} rounds of ${length}.`
}

const perSecond = ({ samples }: ServerResult) =>
  samples.map(({ requests, seconds }) => requests / seconds)

/** Empty where it is not known. */
function medianOf(
  { samples }: ServerResult,
  of: (sample: Sample) => number | undefined,
  digits: number,
): string {
  const known = samples.flatMap((sample) => of(sample) ?? [])
  return known.length > 0 ? median(known).toFixed(digits) : ''
}

const find = (
  servers: readonly ServerResult[],
  isWanted: (server: BenchServer) => true | undefined,
) => servers.find(({ server }) => isWanted(serverNamed(server)))

function against(server: ServerResult | undefined, other: ServerResult | undefined): string {
  if (!server || !other) return ''
  return `${ratio(perSecond(server), perSecond(other)).toFixed(2)} ×`
}

function renderStartUps(startUps: readonly StartUp[]): string {
  const row = (name: string, values: readonly number[]) => [
    name,
    median(values).toFixed(0),
    Math.min(...values).toFixed(0),
    Math.max(...values).toFixed(0),
  ]
  const rows = [
    row(
      'first answer after, ms',
      startUps.map(({ firstAnswerMs }) => firstAnswerMs),
    ),
    row(
      'RSS at rest, MiB',
      startUps.map(({ restMiB }) => restMiB),
    ),
  ]
  const head = [`\`node dist/main.js\`, ${startUps.length} starts`, 'median', 'least', 'most']
  return table(head, rows)
}

function renderStreams({ idle, ticking }: StreamResults): string {
  const rows = idle.map(({ server, rssKb, heapKb }) => {
    const cost = ticking.find((one) => one.server === server)
    return [
      serverNamed(server).label,
      rssKb.toFixed(1),
      heapKb.toFixed(1),
      cost?.cpuMicros?.toFixed(1) ?? '',
    ]
  })
  const [subscriptions = 0, ticked = 0] = [idle[0]?.subscriptions, ticking[0]?.subscriptions]
  return (
    `${count(subscriptions)} idle subscriptions, and ${count(ticked)} that get one event a second.\n\n` +
    table(['server', 'RSS KB each', 'heap KB each', 'CPU µs/event'], rows)
  )
}

const count = (value: number) => value.toLocaleString('en-US')

function renderMemory(points: readonly MemoryPoint[]): string {
  const step = Math.ceil(points.length / MEMORY_ROWS)
  const shown = points.filter((_, index) => index % step === 0 || index === points.length - 1)
  return table(
    ['requests', 'RSS in MiB'],
    shown.map(({ requests, rssMiB }) => [count(requests), rssMiB.toFixed(1)]),
  )
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}
