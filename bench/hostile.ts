import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ADMIN, startIssuer, type TestIssuer } from '../packages/server/test/support/issuer.ts'
import type { Attack, Target } from './attacks/attack.ts'
import type { Orders } from './attacks/attacker.ts'
import { ATTACKS, unreadAnswers } from './attacks/attacks.ts'
import type { Outcome } from './attacks/start-attack.ts'
import { askHonestly } from './honest-clients.ts'
import { startServer } from './server-process.ts'
import { OURS, serverNamed } from './servers.ts'

/*
 * What honest clients get while others wear the server out: `npm run bench:hostile -- [seconds]`, which are those
 * of unread answers; other attacks take a few. Each is made against a server that was started for it.
 */
const UNREAD_SECONDS = Number(process.argv[2] ?? 60)
const WARM_UP_SECONDS = 2
const QUIET_SECONDS = 3
const SAMPLE_MS = 200
const PATH = '/api/messages/public'
/** Attackers with a valid token each. */
const CLIENTS = 5

const attacked = {
  ...serverNamed(OURS),
  script: fileURLToPath(new URL('hostile-api.js', import.meta.url)),
}

interface Resources {
  readonly descriptors: number
  readonly rssMiB: number
}

function resources(pid: number): Resources {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return {
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    rssMiB: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024),
  }
}

/** The most there was of each until it is asked. */
function watchResources(pid: number): () => Resources {
  let most = resources(pid)
  const timer = setInterval(() => {
    const now = resources(pid)
    most = {
      descriptors: Math.max(most.descriptors, now.descriptors),
      rssMiB: Math.max(most.rssMiB, now.rssMiB),
    }
  }, SAMPLE_MS)
  return () => {
    clearInterval(timer)
    return most
  }
}

/** @returns when it has begun, what ends it */
async function sendAttacker({ name, seconds }: Attack, target: Target) {
  const attacker = fork(new URL('attacks/attacker.ts', import.meta.url))
  const orders: Orders = { name, seconds, target }
  const ended = new AbortController()
  attacker.once('exit', () => {
    ended.abort()
  })
  attacker.send(orders)
  await once(attacker, 'message', ended)
  return async () => {
    const told = once(attacker, 'message', ended) as Promise<[Outcome]>
    attacker.send('stop')
    const [outcome] = await told
    attacker.disconnect()
    return outcome
  }
}

function describe({ answers, mostBytes }: Outcome): string {
  const counts = Object.entries(answers)
    .filter(([, count]) => count > 0)
    .map(([answer, count]) => `${count} × ${answer}`)
  return counts.length === 0 ? 'unread' : `${counts.join(', ')}; ${Math.ceil(mostBytes / 1024)} KiB`
}

async function measure(attack: Attack, issuer: TestIssuer): Promise<object> {
  const { requestTimeoutMs, seconds } = attack
  const env = requestTimeoutMs ? { HOSTILE_REQUEST_TIMEOUT_MS: String(requestTimeoutMs) } : {}
  const probe = { path: PATH, method: 'GET', headers: {} } as const
  const server = await startServer(attacked, { issuer, core: undefined, probe, env })
  try {
    const question = { port: Number(new URL(server.url).port), path: PATH }
    const target = { port: question.port, ...(await aim(server.url, issuer)) }
    await askHonestly(question, WARM_UP_SECONDS)
    const before = { ...(await askHonestly(question, QUIET_SECONDS)), ...resources(server.pid) }
    const stop = await sendAttacker(attack, target)
    const most = watchResources(server.pid)
    const during = { ...(await askHonestly(question, seconds)), ...most() }
    const outcome = await stop()
    await delay(1_000)
    const after = { ...(await askHonestly(question, QUIET_SECONDS)), ...resources(server.pid) }
    const phases = [before, during, after]
    return {
      p50: phases.map(({ p50 }) => p50).join(' / '),
      p99: phases.map(({ p99 }) => p99).join(' / '),
      lost: phases.reduce((sum, { lost }) => sum + lost, 0),
      'RSS MiB': phases.map(({ rssMiB }) => rssMiB).join(' / '),
      descriptors: phases.map(({ descriptors }) => descriptors).join(' / '),
      'attackers got': describe(outcome),
    }
  } finally {
    await server.stop()
  }
}

async function aim(url: string, issuer: TestIssuer): Promise<Omit<Target, 'port'>> {
  const page = await (await fetch(`${url}/docs`)).text()
  const tokens = Array.from({ length: CLIENTS }, (_, n) =>
    issuer.mint({ claims: { ...ADMIN, sub: `attacker-${n}` } }),
  )
  return {
    bundle: /"(\/docs\/swagger-ui-[^"]+bundle\.js)"/.exec(page)?.[1] ?? '',
    tokens: await Promise.all(tokens),
  }
}

async function main(): Promise<void> {
  const issuer = await startIssuer()
  try {
    const rows: Record<string, object> = {}
    for (const attack of [unreadAnswers(UNREAD_SECONDS), ...ATTACKS]) {
      rows[attack.name] = await measure(attack, issuer)
    }
    console.log('Before / during / after. Times in ms; memory and descriptors during: the most.')
    for (const { name, requestTimeoutMs } of ATTACKS) {
      if (!requestTimeoutMs) continue
      console.log(`${name}: the server's request time-out is ${requestTimeoutMs} ms, not 30 s`)
    }
    console.table(rows)
  } finally {
    await issuer.close()
  }
}

await main()
