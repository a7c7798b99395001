import type { TestIssuer } from '../packages/server/test/support/issuer.ts'
import { cpuSeconds } from './cpu-time.ts'
import { CONNECTIONS, type LoadSample, type SendLoad } from './load.ts'
import type { BenchRequest, Scenario } from './scenarios.ts'
import { startServer, type ServerProcess } from './server-process.ts'
import type { BenchServer } from './servers.ts'
import type { Tokens } from './tokens.ts'

export interface ScenarioResult {
  readonly scenario: string
  readonly seconds: number
  readonly servers: readonly ServerResult[]
}

export interface Sample extends LoadSample {
  /** Processor time of the server, in microseconds a request; absent where it can't be read. */
  readonly cpuMicros?: number
}

export interface ServerResult {
  readonly server: string
  /** One of each round, in the order of the rounds. */
  readonly samples: readonly Sample[]
}

export interface MeasureOptions {
  readonly issuer: TestIssuer
  readonly tokens: Tokens
  readonly send: SendLoad
  readonly serverCore: number | undefined
  readonly seconds: number
  readonly rounds: number
  readonly warmupSeconds: number
}

interface Contender {
  readonly server: BenchServer
  readonly process: ServerProcess
  readonly request: BenchRequest
  /** How many requests it has had, so that the tokens of a file go on from there. */
  sent: number
}

/**
 * Measures every server under one scenario. Each runs in a new process, so that what another scenario
 * did to its memory and its compiled code plays no part, and they take turns.
 *
 * @throws when a server does not answer as the scenario asks for
 */
export async function measure(
  scenario: Scenario,
  servers: readonly BenchServer[],
  options: MeasureOptions,
): Promise<ScenarioResult> {
  const contenders: Contender[] = []
  try {
    for (const server of servers) contenders.push(await enter(server, { scenario, options }))
    for (const contender of contenders) {
      await sendTo(contender, { scenario, options, seconds: options.warmupSeconds })
    }
    const seconds = Math.max(options.seconds, scenario.minSeconds ?? 0)
    const samples = contenders.map((): Sample[] => [])
    for (let round = 0; round < options.rounds; round += 1) {
      for (const [index, contender] of contenders.entries()) {
        samples[index]?.push(await sendTo(contender, { scenario, options, seconds }))
      }
    }
    return {
      scenario: scenario.name,
      seconds,
      servers: servers.map(({ name }, index) => ({ server: name, samples: samples[index] ?? [] })),
    }
  } finally {
    await Promise.all(contenders.map(({ process }) => process.stop()))
  }
}

interface Run {
  readonly scenario: Scenario
  readonly options: MeasureOptions
}

async function enter(server: BenchServer, { scenario, options }: Run): Promise<Contender> {
  const { issuer, tokens, serverCore } = options
  const request = await scenario.request(server, tokens)
  const probe = await adminRequest(tokens)
  const process = await startServer(server, { issuer, core: serverCore, probe })
  await checkAnswer(server, { scenario, process, request })
  if (server.guarded) await checkGuard(server, { url: process.url + probe.path, tokens })
  return { server, process, request, sent: 0 }
}

/** Answered well by every server, and by ours only once it has the issuer's keys. */
export async function adminRequest(tokens: Tokens): Promise<BenchRequest> {
  const headers = { authorization: `Bearer ${await tokens.admin()}` }
  return { method: 'GET', path: '/api/messages/admin', headers }
}

async function checkAnswer(
  server: BenchServer,
  sent: { scenario: Scenario; process: ServerProcess; request: BenchRequest },
): Promise<void> {
  const { scenario, process, request } = sent
  if (request.tokensFile !== undefined) return // the load's own count of refusals says it
  const { method, headers, path, body = null } = request
  const response = await fetch(process.url + path, { method, headers, body })
  const answer = await response.text()
  if (scenario.statuses.includes(response.status) && holds(answer, scenario)) return
  throw new Error(`${server.name} answers ${scenario.name} with ${response.status} ${answer}`)
}

function holds(answer: string, { text, times = 1 }: Scenario): boolean {
  return text === '' || answer.split(text).length === times + 1
}

/** A server that lets everyone in would be measured at work that it does not do. */
async function checkGuard(
  server: BenchServer,
  guard: { readonly url: string; readonly tokens: Tokens },
): Promise<void> {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const refused = [
    { status: 401, headers: {} },
    { status: 401, headers: bearer(await guard.tokens.badSignature()) },
    { status: 403, headers: bearer(await guard.tokens.withoutPermission()) },
  ]
  for (const { status, headers } of refused) {
    const response = await fetch(guard.url, { headers })
    await response.body?.cancel()
    if (response.status === status) continue
    throw new Error(`${server.name} answers ${response.status} where ${status} is right`)
  }
}

async function sendTo(contender: Contender, run: Run & { seconds: number }): Promise<Sample> {
  const { url, pid } = contender.process
  const before = cpuSeconds(pid)
  const sample = await run.options.send({
    url,
    request: contender.request,
    seconds: run.seconds,
    connections: run.scenario.connections ?? CONNECTIONS,
    firstToken: contender.sent,
  })
  contender.sent += sample.requests
  const refused = run.scenario.statuses.some((status) => status >= 400) ? sample.requests : 0
  const isLost = sample.failed > 0 && !run.scenario.mayLose
  if (isLost || sample.refused !== refused) {
    throw new Error(
      `${contender.server.name} did not answer every request of ${run.scenario.name} as it should: ` +
        `${sample.refused} of ${sample.requests} were refused, ${sample.failed} failed`,
    )
  }
  const after = cpuSeconds(pid)
  if (before === undefined || after === undefined) return sample
  return { ...sample, cpuMicros: ((after - before) * 1e6) / sample.requests }
}
