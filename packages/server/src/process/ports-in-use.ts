import { createServer } from 'node:net'
import type { Config } from '../config/config.ts'
import { reachable } from '../http/reachable.ts'

const PROBE_TIMEOUT_MS = 1_000
/** `localhost` means either, and the development issuer listens at both. */
const LOOPBACK = ['127.0.0.1', '::1']

interface Port {
  /** Which says it. */
  readonly setting: 'PORT' | 'METRICS_PORT' | 'LOCAL_ISSUER_PORT'
  readonly port: number
}

type Ports = Pick<
  Config,
  'port' | 'host' | 'metricsPort' | 'metricsHost' | 'localIssuerPort' | 'issuer'
>

/** Ports at which other programs listen. The message names all of them, and an API that runs there. */
export class PortsInUse extends Error {
  constructor(taken: readonly Port[], running: string | undefined) {
    super(running === undefined ? inUse(taken) : `${runsAt(running)}\n${inUse(taken)}`)
  }
}

const runsAt = (url: string) =>
  `An API runs at ${url} already. To restart it, stop it first (Ctrl+C in its terminal).`

function inUse(taken: readonly Port[]): string {
  const [only] = taken
  if (only && taken.length === 1) {
    return `Port ${only.port} is already in use: stop the program that uses it, or set ${only.setting} to another one.`
  }
  const ports = taken.map(({ setting, port }) => `${port} (${setting})`).join(', ')
  return `Ports are already in use: ${ports}. Stop the programs that use them, or set others.`
}

/**
 * Looks whether the ports of the settings are free, so that all that aren't are told at once.
 *
 * @param devIssuer whether a development issuer runs where no other one is set
 * @throws {PortsInUse}
 */
export async function requireFreePorts(
  settings: Ports,
  { devIssuer }: { readonly devIssuer: boolean },
): Promise<void> {
  const { port, host, metricsPort = 0, metricsHost, issuer, localIssuerPort } = settings
  const issuerPort = devIssuer && !issuer ? localIssuerPort : 0
  const taken: Port[] = []
  const needed: readonly (Port & { readonly at: readonly (string | undefined)[] })[] = [
    { setting: 'PORT', port, at: [host] },
    { setting: 'METRICS_PORT', port: metricsPort, at: [metricsHost] },
    { setting: 'LOCAL_ISSUER_PORT', port: issuerPort, at: LOOPBACK },
  ]
  for (const one of needed) if (await isTaken(one.port, one.at)) taken.push(one)
  if (taken.length === 0) return
  const url = `http://${reachable(host)}:${port}`
  const runs = taken.some(({ setting }) => setting === 'PORT') && (await isApi(url))
  throw new PortsInUse(taken, runs ? url : undefined)
}

async function isTaken(port: number, hosts: readonly (string | undefined)[]): Promise<boolean> {
  if (port === 0) return false // any free one is taken
  for (const host of hosts) if (!(await canListen(port, host))) return true
  return false
}

/** Asked in the way in which a server listens: what is free to one is not to the other. */
function canListen(port: number, host: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy()) // close() would wait for it
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      resolve(code !== 'EADDRINUSE')
    })
    server.listen({ port, host }, () => {
      server.close(() => {
        resolve(true)
      })
    })
  })
}

/** Whether a server of this package answers there. */
async function isApi(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS)
    const response = await fetch(`${url}/livez`, { signal, redirect: 'manual' })
    return response.headers.has('x-request-id') && (await response.text()) === '{"status":"ok"}'
  } catch {
    return false
  }
}
