import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { lastExchange, type Connections } from './connections/connections.ts'
import type { HttpServer } from './server.ts'

/** Open requests have until then, counted from the start of the stop. */
const DEADLINE_MS = 8_500
const SWEEP_INTERVAL_MS = 50

/**
 * How a server stops without losing a request.
 *
 * The stop goes in steps: the last response of each connection says `connection: close` from here on
 * (RFC 9112 §9.6), so that its client goes elsewhere; new requests are still served for `graceMs`, since
 * load balancers take a while to notice `/readyz`; then no new connection is taken and idle ones are
 * closed; what is still open at the deadline is cut.
 */
export function createStop(http: HttpServer): (options: { graceMs: number }) => Promise<void> {
  const { server, connections } = http
  return async ({ graceMs }) => {
    const deadline = setTimeout(() => {
      server.closeAllConnections()
    }, DEADLINE_MS)
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
function closeWhenIdle(server: Server, connections: Connections): Promise<void> {
  const sweep = setInterval(() => {
    server.closeIdleConnections()
    for (const socket of connections.keys()) if (socket.bytesRead === 0) socket.destroy()
  }, SWEEP_INTERVAL_MS)
  return new Promise((resolve) => {
    server.close(() => {
      clearInterval(sweep)
      resolve()
    })
  })
}
