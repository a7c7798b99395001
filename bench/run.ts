import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startIssuer } from '../packages/server/test/support/issuer.ts'
import { hasPostgres } from '../packages/server/test/support/postgres.ts'
import { renderChart } from './chart.ts'
import { findCores, isInstalled, type Cores } from './cores.ts'
import { buildHelpdesk } from './helpdesk-build.ts'
import { createLoad } from './load.ts'
import { measure, type MeasureOptions, type ScenarioResult } from './measure.ts'
import { readFlags, type BenchOptions } from './options.ts'
import { renderReport, renderScenario } from './report.ts'
import {
  describeEnvironment,
  mergeResults,
  NOTHING,
  readResults,
  type Measured,
  type Results,
} from './results.ts'
import { SCENARIOS, STREAMED_BATCH } from './scenarios.ts'
import { SERVERS } from './servers.ts'
import { soak } from './soak.ts'
import { measureStartUps } from './start-up.ts'
import { measureStreams } from './streams/measure.ts'
import { createTicketDatabase } from './ticket-database.ts'
import { createTokens } from './tokens.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = join(here, '..')
/** Up to here a machine counts as quiet. */
const QUIET_LOAD = 0.5
const RESULTS = join(here, 'results.json')

function npm(...args: string[]): void {
  execFileSync('npm', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
}

async function measureAll(
  options: BenchOptions,
  measuring: MeasureOptions,
): Promise<ScenarioResult[]> {
  const results: ScenarioResult[] = []
  for (const scenario of SCENARIOS.filter(({ name }) => options.scenarios.includes(name))) {
    const servers = scenario.servers.filter(({ name }) => options.servers.includes(name))
    if (servers.length === 0) continue
    if (scenario.database && !hasPostgres) {
      console.warn(
        `\n${scenario.name} is left out: there is no PostgreSQL here (apt-get install postgresql).`,
      )
      continue
    }
    console.log(`\n## ${scenario.name}\n\n${scenario.title}\n`)
    const result = await measure(scenario, servers, measuring)
    console.log(renderScenario(result))
    results.push(result)
  }
  return results
}

async function run(
  options: BenchOptions,
  setup: { readonly cores: Cores; readonly generator: 'wrk' | 'autocannon' },
): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'messages-api-bench-'))
  const issuer = await startIssuer()
  const database = createTicketDatabase(setup.cores.load)
  try {
    const measuring = {
      ...options,
      issuer,
      tokens: createTokens(issuer, { directory, cold: options.tokens }),
      send: createLoad({ generator: setup.generator, core: setup.cores.load }),
      serverCore: setup.cores.server,
      databaseUrl: database.url,
    }
    if (options.startUp) return { ...NOTHING, startUps: await measureStartUps(measuring) }
    if (options.streams) {
      const around = { directory, clientCore: setup.cores.load }
      const streams = await measureStreams(measuring, around)
      const batch = { ...options, scenarios: [STREAMED_BATCH] }
      return { ...NOTHING, streams, scenarios: await measureAll(batch, measuring) }
    }
    if (options.soakRequests === 0) {
      return { ...NOTHING, scenarios: await measureAll(options, measuring) }
    }
    return { ...NOTHING, memory: await soak(measuring, options.soakRequests) }
  } finally {
    await database.end()
    await issuer.close()
    rmSync(directory, { recursive: true })
  }
}

function write(results: Results): void {
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`)
  writeFileSync(join(here, 'RESULTS.md'), `${renderReport(results)}\n`)
  const { cpu, node, generator, connections } = results.environment
  const note = `${cpu}, Node.js ${node}, ${generator} with ${connections} connections; ${results.measuredOn}`
  writeFileSync(join(here, 'chart.svg'), renderChart(results.scenarios, note))
}

async function main(options: BenchOptions): Promise<void> {
  const cores = findCores()
  const generator = options.generator ?? (isInstalled('wrk') ? 'wrk' : 'autocannon')
  const loadBefore = loadavg()[0] ?? 0
  if (loadBefore > QUIET_LOAD) {
    console.warn(
      `The load average is ${loadBefore.toFixed(1)}: other programs disturb the figures.`,
    )
  }
  npm('run', 'build')
  await buildHelpdesk()
  npm('ci', '--prefix', 'bench')
  const measured = await run(options, { cores, generator })
  if (options.servers.length < SERVERS.length) return
  const environment = describeEnvironment({ generator, pinned: cores.server !== undefined })
  const measuredOn = new Date().toISOString().slice(0, 10)
  write(mergeResults({ measuredOn, loadBefore, environment, ...measured }, readResults(RESULTS)))
  console.log('\nWritten to bench/RESULTS.md, bench/results.json and bench/chart.svg.')
}

const options = readFlags(process.argv.slice(2))
if (options) await main(options)
