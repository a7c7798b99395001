import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { closeServer, listenOnLoopback } from '../packages/server/test/support/http.ts'
import { AUDIENCE, type TestIssuer } from '../packages/server/test/support/issuer.ts'
import { pinned } from './cores.ts'
import { CLIENT_ORIGIN, type BenchRequest } from './requests.ts'
import type { BenchServer } from './servers.ts'

const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 10_000
const POLL_MS = 5
const NO_LIMIT = '999999999' // the highest there is, for one window of a minute

export interface ServerProcess {
  readonly url: string
  readonly pid: number
  /** How long it took to its first answer. */
  readonly startedInMs: number
  readonly stop: () => Promise<void>
}

export interface StartOptions {
  readonly issuer: TestIssuer
  readonly core: number | undefined
  /** What it has to answer before it counts as started. */
  readonly probe: BenchRequest
  readonly nodeFlags?: readonly string[]
  /** Settings over those that every server is given. */
  readonly env?: Readonly<Record<string, string>>
}

/** Starts one server in production mode, its access log going to /dev/null. */
export async function startServer(
  server: BenchServer,
  options: StartOptions,
): Promise<ServerProcess> {
  const port = await freePort()
  const command = ['node', ...(options.nodeFlags ?? []), server.script] as const
  const [program, ...args] = pinned(options.core, command)
  const env = await serverEnvironment(options.issuer)
  const startedAt = performance.now()
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...env, ...options.env, PORT: String(port) },
  })
  const url = `http://127.0.0.1:${port}`
  try {
    await untilAnswered(child, { url, request: options.probe, name: server.name })
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  const startedInMs = performance.now() - startedAt
  return { url, pid: child.pid ?? 0, startedInMs, stop: () => stopProcess(child) }
}

/** What a server is started with. Nothing of the caller's environment changes what is measured. */
export async function serverEnvironment(issuer: TestIssuer): Promise<NodeJS.ProcessEnv> {
  const { PATH, HOME } = process.env
  return { PATH, HOME, ...(await settings(issuer)) }
}

/** The settings of Messages API and, under names that it does not know, of the peers. */
async function settings(issuer: TestIssuer): Promise<Record<string, string>> {
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    CLIENT_ORIGIN_URL: CLIENT_ORIGIN,
    ISSUER_BASE_URL: issuer.url,
    AUTH0_AUDIENCE: AUDIENCE,
    LOG_LEVEL: 'info',
    METRICS_PORT: String(await freePort()),
    RATE_LIMIT_MAX: NO_LIMIT,
    RATE_LIMIT_FAILED_AUTH_MAX: NO_LIMIT,
    ISSUER: issuer.issuer,
    PEER_JWKS_URI: `${issuer.url}/.well-known/jwks.json`,
    AUDIENCE,
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listenOnLoopback(server)
  await closeServer(server)
  return port
}

async function untilAnswered(
  child: ChildProcess,
  probe: { readonly url: string; readonly request: BenchRequest; readonly name: string },
): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  const { path, method, headers } = probe.request
  while (Date.now() < deadline) {
    if (hasEnded(child)) throw new Error(`${probe.name} stopped while it was starting`)
    const response = await fetch(probe.url + path, { method, headers }).catch(() => undefined)
    await response?.body?.cancel()
    if (response?.ok) return
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  throw new Error(`${probe.name} did not start within ${START_TIMEOUT_MS} ms`)
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await exited
  clearTimeout(timer)
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) =>
  exitCode !== null || signalCode !== null
