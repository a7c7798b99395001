import { readdirSync, readFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { startIssuer } from '../test/support/issuer.ts'
import { startServer } from './server-process.ts'
import { OURS, serverNamed } from './servers.ts'

/*
 * What honest clients get while others wear the server out: `npm run bench:hostile -- [seconds]`.
 * Each attack opens a few connections every 100 ms and goes on for all of the time.
 */
const HONEST_CLIENTS = 8
const QUIET_SECONDS = 10
const ATTACK_SECONDS = Number(process.argv[2] ?? 60)
const PATH = '/api/messages/public'
const HOST = 'Host: localhost\r\n'

const pipelined = (path: string, count: number, headers = '') =>
  `GET ${path} HTTP/1.1\r\n${HOST}${headers}\r\n`.repeat(count)

interface Attack {
  readonly name: string
  readonly bytes: (bundle: string) => string
  /** After how long the attacker resets; without it, never. */
  readonly resetAfterMs?: number
}

const ATTACKS: readonly Attack[] = [
  { name: 'bundles unread', bytes: (bundle) => pipelined(bundle, 16) },
  { name: 'bundles broken off', bytes: (bundle) => pipelined(bundle, 100), resetAfterMs: 20 },
  { name: 'one byte and no more', bytes: () => 'G' },
  { name: '1,100 requests at once', bytes: () => pipelined('/docs/docs.css', 1_100) },
  {
    name: 'bad tokens and a reset',
    bytes: () => pipelined('/api/messages/protected', 16, 'Authorization: Bearer a.b.c\r\n'),
    resetAfterMs: 4,
  },
  {
    name: 'a body in chunks of a byte',
    bytes: () =>
      `GET ${PATH} HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(10_000)}`,
  },
]

/** Opens connections that never read. @returns what ends them */
function startAttacks(port: number, bundle: string): () => void {
  const timer = setInterval(() => {
    for (const { bytes, resetAfterMs } of ATTACKS) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(bytes(bundle))
      open.add(socket)
      socket.on('close', () => open.delete(socket))
      if (resetAfterMs !== undefined) setTimeout(() => socket.resetAndDestroy(), resetAfterMs)
    }
  }, 100)
  const open = new Set<ReturnType<typeof connect>>()
  return () => {
    clearInterval(timer)
    for (const socket of open) socket.destroy()
  }
}

/** How long each request of the honest clients took, in milliseconds; `lost`: those without an answer. */
async function measure(port: number, seconds: number) {
  const times: number[] = []
  let lost = 0
  const until = performance.now() + seconds * 1000
  const ask = async (agent: Agent) => {
    while (performance.now() < until) {
      const startedAt = performance.now()
      const answered = await new Promise<boolean>((resolve) => {
        get({ port, host: '127.0.0.1', path: PATH, agent }, (response) => {
          response.resume().on('end', () => {
            resolve(response.statusCode === 200)
          })
        }).on('error', () => {
          resolve(false)
        })
      })
      if (answered) times.push(performance.now() - startedAt)
      else lost++
      await delay(5)
    }
  }
  const clients = Array.from({ length: HONEST_CLIENTS }, () => new Agent({ keepAlive: true }))
  await Promise.all(clients.map(ask))
  for (const agent of clients) agent.destroy()
  times.sort((a, b) => a - b)
  const at = (part: number) => (times[Math.floor(times.length * part)] ?? NaN).toFixed(2)
  return { requests: times.length, lost, p50: at(0.5), p99: at(0.99) }
}

function resources(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return {
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    rssMiB: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024),
  }
}

async function main(): Promise<void> {
  const issuer = await startIssuer()
  const probe = { path: PATH, method: 'GET', headers: {} } as const
  const server = await startServer(serverNamed(OURS), { issuer, core: undefined, probe })
  try {
    const port = Number(new URL(server.url).port)
    const page = await (await fetch(`${server.url}/docs`)).text()
    const bundle = /"(\/docs\/swagger-ui-[^"]+bundle\.js)"/.exec(page)?.[1] ?? ''
    await measure(port, 2) // warm
    const rows: Record<string, object> = {}
    rows['before'] = { ...(await measure(port, QUIET_SECONDS)), ...resources(server.pid) }
    const stop = startAttacks(port, bundle)
    const during = await measure(port, ATTACK_SECONDS)
    rows['during'] = { ...during, ...resources(server.pid) }
    stop()
    await delay(1_000)
    rows['after'] = { ...(await measure(port, QUIET_SECONDS)), ...resources(server.pid) }
    console.table(rows)
  } finally {
    await server.stop()
    await issuer.close()
  }
}

await main()
