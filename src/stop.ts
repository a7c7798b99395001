import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { lastExchange, type Connection, type Connections } from './connections/connections.ts'
import type { HttpServer } from './server.ts'

const SWEEP_INTERVAL_MS = 50

/** Both are counted from the start of the stop. */
export interface StopLimits {
  /** How long requests are still accepted: a load balancer has to notice. */
  readonly graceMs: number
  /** How long open requests have. */
  readonly deadlineMs: number
}

/**
 * How a server stops without losing a request.
 *
 * The stop goes in steps: the last response of each connection says `connection: close` from here on
 * (RFC 9112 §9.6), so that its client goes elsewhere; new requests are still served for `graceMs`, since
 * load balancers take a while to notice `/readyz`; then no new connection is taken, and idle ones and
 * event streams are closed; what is still open at the deadline is cut.
 */
export function createStop(http: HttpServer): (limits: StopLimits) => Promise<void> {
  const { server, connections } = http
  return async ({ graceMs, deadlineMs }) => {
    const deadline = setTimeout(() => {
      server.closeAllConnections()
    }, deadlineMs)
    closeAfterResponses(server, connections)
    await delay(graceMs)
    await closeWhenIdle(server, connections)
    clearTimeout(deadline)
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
  server.prependListener('request', closeAfter).prependListener('checkExpectation', closeAfter)
  for (const connection of connections.values()) {
    const last = lastExchange(connection)
    if (last) last.res.shouldKeepAlive = false // without effect once its headers are sent
  }
}

/** To Node a connection that never sent anything is not idle. */
const isUnused = ({ socket }: Connection) => socket.bytesRead === 0

/** It has no end to wait for: its client reconnects elsewhere, from the last event that it received. */
const isEventStream = ({ current }: Connection) =>
  String(current?.res.getHeader('content-type')).startsWith('text/event-stream')

function closeWhenIdle(server: Server, connections: Connections): Promise<void> {
  const sweep = setInterval(() => {
    server.closeIdleConnections()
    for (const connection of connections.values()) {
      if (isUnused(connection)) connection.socket.destroy()
      else if (isEventStream(connection)) connection.socket.destroySoon()
    }
  }, SWEEP_INTERVAL_MS)
  return new Promise((resolve) => {
    server.close(() => {
      clearInterval(sweep)
      resolve()
    })
  })
}
