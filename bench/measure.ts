import { isDeepStrictEqual } from 'node:util'
import type { TestIssuer } from '../packages/server/test/support/issuer.ts'
import { startInProcess } from './in-process.ts'
import { CONNECTIONS, type SendLoad } from './load.ts'
import { ADMIN_PATH, type BenchRequest } from './requests.ts'
import type { Scenario } from './scenario.ts'
import { startServed } from './served.ts'
import type { BenchServer } from './servers.ts'
import type { Sample, Subject } from './subject.ts'
import type { Tokens } from './tokens.ts'

export interface ScenarioResult {
  readonly scenario: string
  readonly seconds: number
  readonly servers: readonly ServerResult[]
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
  /** Of the PostgreSQL that has the tickets. */
  readonly databaseUrl: () => Promise<string>
  readonly seconds: number
  readonly rounds: number
  readonly warmupSeconds: number
}

interface Contender {
  readonly server: BenchServer
  readonly subject: Subject
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
    for (const server of servers) {
      const subject = await startSubject(server, { scenario, options })
      const request = await scenario.request(server, options.tokens)
      contenders.push({ server, subject, request, sent: 0 })
    }
    await checkAll(contenders, { scenario, options })
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
    await Promise.all(contenders.map(({ subject }) => subject.stop()))
  }
}

interface Run {
  readonly scenario: Scenario
  readonly options: MeasureOptions
}

/** Starts what is measured, in a process of its own. */
export async function startSubject(
  server: BenchServer,
  { scenario, options, nodeFlags = [] }: Run & { readonly nodeFlags?: readonly string[] },
): Promise<Subject> {
  const { issuer, tokens, serverCore: core, send } = options
  const start = { issuer, core, nodeFlags }
  if (scenario.inProcess) return startInProcess(server, start)
  const env = scenario.database ? { DATABASE_URL: await options.databaseUrl() } : {}
  return startServed(server, { ...start, env, send, probe: await probeOf(server, tokens) })
}

/** Answered well by every server, and by ours only once it has the issuer's keys. */
export async function probeOf(
  { probePath = ADMIN_PATH }: BenchServer,
  tokens: Tokens,
): Promise<BenchRequest> {
  const headers = { authorization: `Bearer ${await tokens.admin()}` }
  return { method: 'GET', path: probePath, headers }
}

/** @throws when one of them does not answer as the scenario asks for, or not as the others do where it has to */
async function checkAll(
  contenders: readonly Contender[],
  { scenario, options }: Run,
): Promise<void> {
  const answers: unknown[] = []
  for (const contender of contenders) {
    const { server, subject } = contender
    const text = await checkAnswer(contender, scenario)
    if (server.guarded) await checkGuard(server, { subject, tokens: options.tokens })
    if (scenario.sameAnswers) answers.push(JSON.parse(text ?? ''))
    if (isDeepStrictEqual(answers.at(-1), answers[0])) continue
    throw new Error(`${server.name} does not answer ${scenario.name} as the others do`)
  }
}

async function checkAnswer(
  { server, subject, request }: Contender,
  scenario: Scenario,
): Promise<string | undefined> {
  if (request.tokensFile !== undefined) return undefined // the load's own count of refusals says it
  const { status, text } = await subject.ask(request)
  if (scenario.statuses.includes(status) && holds(text, scenario)) return text
  throw new Error(`${server.name} answers ${scenario.name} with ${status} ${text}`)
}

function holds(answer: string, { text, times = 1 }: Scenario): boolean {
  return text === '' || answer.split(text).length === times + 1
}

/** A server that lets everyone in would be measured at work that it does not do. */
async function checkGuard(
  server: BenchServer,
  guard: { readonly subject: Subject; readonly tokens: Tokens },
): Promise<void> {
  const { tokens, subject } = guard
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const refused = [
    { status: 401, headers: {} },
    { status: 401, headers: bearer(await tokens.badSignature()) },
    { status: 403, headers: bearer(await tokens.withoutPermission()) },
  ]
  const probe = await probeOf(server, tokens)
  for (const { status, headers } of refused) {
    if (status === 403 && server.needsNoPermission) continue
    const answer = await subject.ask({ ...probe, headers })
    if (answer.status === status) continue
    throw new Error(`${server.name} answers ${answer.status} where ${status} is right`)
  }
}

async function sendTo(contender: Contender, run: Run & { seconds: number }): Promise<Sample> {
  const { server, subject, request } = contender
  const { scenario, seconds } = run
  const sample = await subject.load({
    request,
    seconds,
    connections: scenario.connections ?? CONNECTIONS,
    firstToken: contender.sent,
  })
  contender.sent += sample.requests
  const refused = scenario.statuses.some((status) => status >= 400) ? sample.requests : 0
  const isLost = sample.failed > 0 && !scenario.mayLose
  if (isLost || sample.refused !== refused) {
    throw new Error(
      `${server.name} did not answer every request of ${scenario.name} as it should: ` +
        `${sample.refused} of ${sample.requests} were refused, ${sample.failed} failed`,
    )
  }
  return sample
}
