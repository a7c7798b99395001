import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { setImmediate as afterAccepting, setTimeout as delay } from 'node:timers/promises'
import { lastExchange, type Connection, type Connections } from './connections.ts'
import type { Deadlines } from 'trpc-hybrid/engine'
import type { Streams } from '../streams/streams.ts'
import type { HttpServer } from './http-server.ts'

const SWEEP_INTERVAL_MS = 50

/** What happens when, in milliseconds from the start of the stop. */
export interface StopTimes {
  /** No new request is taken: until then a load balancer has time to notice. */
  readonly graceMs: number
  /** Procedures are told by their signal. */
  readonly tellMs: number
  /** The callers of those that have not settled are answered 503. */
  readonly answerMs: number
  /** Connections are cut. */
  readonly cutMs: number
}

export const STOP_TIMES: StopTimes = {
  graceMs: 2_000,
  tellMs: 7_000,
  answerMs: 8_000,
  cutMs: 8_500,
}

interface OpenWork {
  readonly deadlines: Deadlines
  readonly streams: Streams
  readonly times: StopTimes
}

/**
 * How a server stops without losing a request.
 *
 * The stop goes in steps: the last response of each connection says `connection: close` from here on
 * (RFC 9112 §9.6), so that its client goes elsewhere; new requests are still served for `graceMs`, since
 * load balancers take a while to notice `/readyz`; then no new connection is taken, and idle ones and
 * subscriptions are closed; near the end, procedures that have not settled are told to give up, and then
 * their callers are answered; what is still open after that is cut.
 */
export function createStop(
  { server, connections }: HttpServer,
  { deadlines, streams, times }: OpenWork,
): () => Promise<void> {
  const steps: [afterMs: number, step: () => void][] = [
    [
      times.tellMs,
      () => {
        deadlines.tellAll('stop')
      },
    ],
    [
      times.answerMs,
      () => {
        deadlines.endAll('stop')
      },
    ],
    [
      times.cutMs,
      () => {
        streams.cutAll()
        server.closeAllConnections()
      },
    ],
  ]
  return async () => {
    const timers = steps.map(([afterMs, step]) => setTimeout(step, afterMs))
    closeAfterResponses(server, connections)
    await delay(times.graceMs)
    await afterAccepting() // what waits to be accepted when a port is closed is reset, and so lost
    await closeWhenIdle({ server, connections }, streams)
    for (const timer of timers) clearTimeout(timer)
  }
}

/** Both for requests to come and for those that wait for their response. */
function closeAfterResponses(server: Server, connections: Connections): void {
  const closeAfter = (req: IncomingMessage, res: ServerResponse) => {
    const connection = connections.get(req.socket)
    const before = connection && lastExchange(connection)
    if (before) before.res.shouldKeepAlive = true // it is not the last one any more
    res.shouldKeepAlive = false
  }
  for (const event of ['request', 'checkContinue', 'checkExpectation']) {
    server.prependListener(event, closeAfter)
  }
  for (const connection of connections.values()) {
    const last = lastExchange(connection)
    if (last) last.res.shouldKeepAlive = false // without effect once its headers are sent
  }
}

/** To Node a connection that never sent anything is not idle. */
const isUnused = ({ socket }: Connection) => socket.bytesRead === 0

function closeWhenIdle({ server, connections }: HttpServer, streams: Streams): Promise<void> {
  const sweep = setInterval(() => {
    server.closeIdleConnections()
    streams.stopSubscriptions()
    for (const connection of connections.values()) {
      if (isUnused(connection)) connection.socket.destroy()
    }
  }, SWEEP_INTERVAL_MS)
  return new Promise((resolve) => {
    server.close(() => {
      clearInterval(sweep)
      resolve()
    })
  })
}
