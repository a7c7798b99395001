import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
}

/** What is known about an open connection. */
export interface Connection {
  readonly socket: Socket
  /** The request that is being answered. */
  current: Exchange | undefined
  /** Those that came after it, in their order. */
  readonly waiting: Exchange[]
  /** The last request that was answered before its whole body had arrived. */
  unread: IncomingMessage | undefined
  /** Called at the end of each answer. */
  onAnswered: () => void
  /**
   * Ends the connection, once all has been answered, after something that can't be parsed or came too late.
   * Nothing that comes behind that is a request. Absent while there is no such fault.
   */
  endAfterFault: (() => void) | undefined
}

export type Connections = ReadonlyMap<Socket, Connection>

/** The open connections of a server. Call it before the server listens. */
export function trackConnections(server: Server): Connections {
  const connections = new Map<Socket, Connection>()
  server.on('connection', (socket) => {
    Reflect.get(socket, 'remoteAddress') // asked for once, Node knows it when the socket has gone too
    connections.set(socket, {
      socket,
      current: undefined,
      waiting: [],
      unread: undefined,
      onAnswered: () => undefined,
      endAfterFault: undefined,
    })
    socket.once('close', () => connections.delete(socket))
  })
  return connections
}

/** The request whose answer is the last one to be sent, as far as is known now. */
export function lastExchange({ current, waiting }: Connection): Exchange | undefined {
  return waiting.at(-1) ?? current
}
