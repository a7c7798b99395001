import { ServerResponse, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Connections } from './connections.ts'

/**
 * A body up to this size is read to its end after its request was answered, so that the connection stays open.
 */
const MAX_UNREAD_BYTES = 100 * 1024

/**
 * Ends a connection once everything written is sent. The other side then has `lingerMs` to read it. If a
 * connection is closed with unread bytes, it is reset, and the reset may overtake the answer (RFC 9112
 * §9.6).
 */
export function hangUp(socket: Socket, lingerMs: number): void {
  if (socket.destroyed || socket.writableEnded) return
  const linger = () => {
    const timer = setTimeout(() => socket.destroy(), lingerMs)
    socket.once('close', () => {
      clearTimeout(timer)
    })
  }
  socket.end()
  if (socket.writableFinished) linger()
  else socket.once('finish', linger)
}

/**
 * Makes Node linger too where it closes after an answer, and more has come than was read: the rest of the
 * request, or what follows a fault.
 */
export function lingerWhereUnread(
  socket: Socket,
  { connections, lingerMs }: { readonly connections: Connections; readonly lingerMs: number },
): void {
  const destroySoon = socket.destroySoon.bind(socket)
  socket.destroySoon = () => {
    const connection = connections.get(socket)
    if (connection?.current?.req.complete !== false && !connection?.endAfterFault) {
      destroySoon()
      return
    }
    socket.pause() // the rest is nobody's concern
    hangUp(socket, lingerMs)
  }
}

/**
 * A body may be endless, and is not read to its end for the sake of a next request. An answer that is sent
 * before all of the body has come says that it is the last one.
 */
export function endWithUnreadBody(req: IncomingMessage, res: ServerResponse): void {
  const { 'content-length': length = 0, 'transfer-encoding': coding } = req.headers
  if (coding === undefined && Number(length) <= MAX_UNREAD_BYTES) return
  res.writeHead = ((...args: Parameters<ServerResponse['writeHead']>) => {
    if (!req.complete) res.shouldKeepAlive = false
    return ServerResponse.prototype.writeHead.apply(res, args)
  }) as ServerResponse['writeHead']
}
