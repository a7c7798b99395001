import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** Open requests have until then, counted from the start of the stop. */
const DEADLINE_MS = 8_500
const SWEEP_INTERVAL_MS = 50

/** Node's own note of the response that a connection waits for. Not public, but there since Node 0.x. */
type HttpSocket = Socket & { readonly _httpMessage?: ServerResponse | null }

/**
 * Prepares a server to stop without losing a request. Call it before the server listens.
 *
 * The stop goes in steps: every response from here on says `connection: close` (RFC 9112 §9.6), so
 * that its client goes elsewhere; new requests are still served for `graceMs`, since load balancers
 * take a while to notice `/readyz`; then no new connection is taken and idle ones are closed; what
 * is still open at the deadline is cut.
 */
export function createStop(server: Server): (options: { graceMs: number }) => Promise<void> {
  const sockets = new Set<HttpSocket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })

  return async ({ graceMs }) => {
    const deadline = setTimeout(() => {
      server.closeAllConnections()
    }, DEADLINE_MS)
    closeAfterResponses(server, sockets)
    await delay(graceMs)
    await closeWhenIdle(server, sockets)
    clearTimeout(deadline)
  }
}

/** Both for requests to come and for those that wait for their response. */
function closeAfterResponses(server: Server, sockets: ReadonlySet<HttpSocket>): void {
  const closeAfter = (_req: unknown, res: ServerResponse) => {
    res.shouldKeepAlive = false
  }
  server.prependListener('request', closeAfter).prependListener('checkExpectation', closeAfter)
  for (const { _httpMessage: pending } of sockets) {
    if (pending) pending.shouldKeepAlive = false // without effect once its headers are sent
  }
}

/** To Node a connection that never sent anything is not idle. */
function closeWhenIdle(server: Server, sockets: ReadonlySet<HttpSocket>): Promise<void> {
  const sweep = setInterval(() => {
    server.closeIdleConnections()
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  }, SWEEP_INTERVAL_MS)
  return new Promise((resolve) => {
    server.close(() => {
      clearInterval(sweep)
      resolve()
    })
  })
}
