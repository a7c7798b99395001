import { sendAborted } from './aborted.ts'
import { CONNECTIONS } from './load.ts'
import { probeOf, type MeasureOptions } from './measure.ts'
import { residentMiB } from './resident-memory.ts'
import type { BenchRequest } from './requests.ts'
import type { Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios.ts'
import { startServer, type ServerProcess } from './server-process.ts'
import { OURS, serverNamed } from './servers.ts'

/** What is sent in turn: REST and RPC, with inputs and without, batches, and tokens that are refused. */
const MIX = [
  ...['admin', 'public', 'rest-param', 'rest-post', 'rpc', 'rpc-input', 'mutation', 'batch'],
  ...['bad-token', 'unknown-kid'],
]
const TURN_SECONDS = 2
/** Requests of each turn whose sender goes away. */
const ABORTED = 100
/** Ends the soak, however slow the server is. */
const MAX_MINUTES = 30

/** The server's resident memory after so many requests. */
export interface MemoryPoint {
  readonly requests: number
  readonly rssMiB: number
}

interface Turn {
  readonly scenario: Scenario
  readonly request: BenchRequest
  readonly firstToken: number
}

/** Sends mixed traffic to our own server and looks at its memory on the way. */
export async function soak(options: MeasureOptions, requests: number): Promise<MemoryPoint[]> {
  const { issuer, tokens, serverCore: core } = options
  const ours = serverNamed(OURS)
  const server = await startServer(ours, { issuer, core, probe: await probeOf(ours, tokens) })
  const deadline = Date.now() + MAX_MINUTES * 60_000
  try {
    const points = [{ requests: 0, rssMiB: residentMiB(server.pid) }]
    let sent = 0
    while (sent < requests && Date.now() < deadline) {
      for (const scenario of SCENARIOS.filter(({ name }) => MIX.includes(name))) {
        const request = await scenario.request(ours, tokens)
        sent += await takeTurn(server, { scenario, request, firstToken: sent }, options)
      }
      points.push({ requests: sent, rssMiB: residentMiB(server.pid) })
      console.log(`${sent} requests, ${points.at(-1)?.rssMiB.toFixed(1) ?? ''} MiB`)
    }
    return points
  } finally {
    await server.stop()
  }
}

/** @returns how many requests were sent */
async function takeTurn(
  { url }: ServerProcess,
  { scenario, request, firstToken }: Turn,
  { send }: MeasureOptions,
): Promise<number> {
  const aborted = sendAborted({ port: Number(new URL(url).port), request }, ABORTED)
  const sample = await send({
    url,
    request,
    seconds: TURN_SECONDS,
    connections: CONNECTIONS,
    firstToken,
  })
  await aborted
  const refused = scenario.statuses.some((status) => status >= 400) ? sample.requests : 0
  if (sample.failed > 0 || sample.refused !== refused) {
    throw new Error(`Not every request of ${scenario.name} was answered as it should be`)
  }
  return sample.requests + ABORTED
}
