import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startIssuer, type TestIssuer } from '../packages/server/test/support/issuer.ts'
import { findCores, isInstalled } from './cores.ts'
import { renderSelfTimes, selfTimes, type CpuProfile } from './cpu-profile.ts'
import { buildHelpdesk } from './helpdesk-build.ts'
import { CONNECTIONS, createLoad } from './load.ts'
import { startSubject, type MeasureOptions } from './measure.ts'
import { readFlags, type BenchOptions } from './options.ts'
import type { Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios.ts'
import type { BenchServer } from './servers.ts'
import type { Subject } from './subject.ts'
import { createTicketDatabase } from './ticket-database.ts'
import { createTokens } from './tokens.ts'

const SHOWN = { files: 25, functions: 6 }
const PROFILE = fileURLToPath(new URL('server.cpuprofile', import.meta.url))
const PROFILER = new URL('load/profiler.js', import.meta.url)
const WRITE_TIMEOUT_MS = 30_000
const POLL_MS = 100

interface Profiled {
  readonly scenario: Scenario
  readonly server: BenchServer
  readonly options: BenchOptions
}

/** Takes a CPU profile of a server under load. @returns requests a second while it was taken */
async function profile(
  { scenario, server, options }: Profiled,
  around: { readonly issuer: TestIssuer; readonly directory: string },
): Promise<number> {
  const { issuer, directory } = around
  const cores = findCores()
  const tokens = createTokens(issuer, { directory, cold: options.tokens })
  const database = createTicketDatabase(cores.load)
  const generator = options.generator ?? (isInstalled('wrk') ? 'wrk' : 'autocannon')
  const measuring: MeasureOptions = {
    ...options,
    issuer,
    tokens,
    send: createLoad({ generator, core: cores.load }),
    serverCore: cores.server,
    databaseUrl: database.url,
  }
  const request = await scenario.request(server, tokens)
  const { connections = CONNECTIONS } = scenario
  let subject: Subject | undefined
  try {
    subject = await startSubject(server, {
      scenario,
      options: measuring,
      nodeFlags: ['--import', `${PROFILER.href}?to=${encodeURIComponent(PROFILE)}`],
    })
    const load = { request, connections, firstToken: 0 }
    const warmup = await subject.load({ ...load, seconds: options.warmupSeconds })
    process.kill(subject.pid, 'SIGUSR2')
    const firstToken = warmup.requests
    const { requests, seconds } = await subject.load({
      ...load,
      firstToken,
      seconds: options.seconds,
    })
    process.kill(subject.pid, 'SIGUSR2')
    await untilWritten()
    return requests / seconds
  } finally {
    await subject?.stop()
    await database.end()
  }
}

async function untilWritten(): Promise<void> {
  const deadline = Date.now() + WRITE_TIMEOUT_MS
  while (!existsSync(PROFILE)) {
    if (Date.now() > deadline) throw new Error('The server wrote no profile')
    await sleep(POLL_MS)
  }
}

async function main(options: BenchOptions): Promise<void> {
  const scenario = SCENARIOS.find(({ name }) => options.scenarios.includes(name))
  if (!scenario) throw new Error('There is no such scenario')
  const candidates = scenario.servers.filter(({ name }) => options.servers.includes(name))
  const server = candidates.find(({ ours }) => ours) ?? candidates[0]
  if (!server) throw new Error(`No such server is in ${scenario.name}`)
  execFileSync('npm', ['run', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] })
  await buildHelpdesk()
  rmSync(PROFILE, { force: true })
  const directory = mkdtempSync(join(tmpdir(), 'messages-api-profile-'))
  const issuer = await startIssuer()
  try {
    const rate = await profile({ scenario, server, options }, { issuer, directory })
    const found = JSON.parse(readFileSync(PROFILE, 'utf8')) as CpuProfile
    console.log(`${server.label}, ${scenario.name}: ${Math.round(rate)} requests a second\n`)
    console.log(renderSelfTimes(selfTimes(found), SHOWN))
    console.log(`\nThe whole profile, for Chrome's developer tools: ${PROFILE}`)
  } finally {
    await issuer.close()
    rmSync(directory, { recursive: true })
  }
}

const options = readFlags(['--seconds', '5', ...process.argv.slice(2)])
if (options) await main(options)
