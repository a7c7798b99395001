import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startIssuer, type TestIssuer } from '../packages/server/test/support/issuer.ts'
import { findCores, isInstalled } from './cores.ts'
import { renderSelfTimes, selfTimes, type CpuProfile } from './cpu-profile.ts'
import { CONNECTIONS, createLoad } from './load.ts'
import { adminRequest } from './measure.ts'
import { readFlags, type BenchOptions } from './options.ts'
import { SCENARIOS, type Scenario } from './scenarios.ts'
import { startServer } from './server-process.ts'
import { OURS, serverNamed, type BenchServer } from './servers.ts'
import { createTokens } from './tokens.ts'

const SHOWN = { files: 25, functions: 6 }
const PROFILE = fileURLToPath(new URL('server.cpuprofile', import.meta.url))
const PROFILER = new URL('load/profiler.js', import.meta.url)
const WRITE_TIMEOUT_MS = 30_000
const POLL_MS = 100

interface Subject {
  readonly scenario: Scenario
  readonly server: BenchServer
  readonly options: BenchOptions
}

/** Takes a CPU profile of a server under load. @returns requests a second while it was taken */
async function profile(
  { scenario, server, options }: Subject,
  around: { readonly issuer: TestIssuer; readonly directory: string },
): Promise<number> {
  const { issuer, directory } = around
  const cores = findCores()
  const tokens = createTokens(issuer, { directory, cold: options.tokens })
  const request = await scenario.request(server, tokens)
  const running = await startServer(server, {
    issuer,
    core: cores.server,
    probe: await adminRequest(tokens),
    nodeFlags: ['--import', `${PROFILER.href}?to=${encodeURIComponent(PROFILE)}`],
  })
  const generator = options.generator ?? (isInstalled('wrk') ? 'wrk' : 'autocannon')
  const send = createLoad({ generator, core: cores.load })
  const { connections = CONNECTIONS } = scenario
  const load = { url: running.url, request, connections, firstToken: 0 }
  try {
    const warmup = await send({ ...load, seconds: options.warmupSeconds })
    process.kill(running.pid, 'SIGUSR2')
    const firstToken = warmup.requests
    const { requests, seconds } = await send({ ...load, firstToken, seconds: options.seconds })
    process.kill(running.pid, 'SIGUSR2')
    await untilWritten()
    return requests / seconds
  } finally {
    await running.stop()
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
  const server = serverNamed(options.servers[0] ?? OURS)
  execFileSync('npm', ['run', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] })
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
