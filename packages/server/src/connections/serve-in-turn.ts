import type { RequestListener } from 'node:http'
import type { Connection, Connections, Exchange } from './connections.ts'

/**
 * Serves the requests of a connection one after the other, as nginx and Go do. Node hands over all requests at
 * once that came in one piece, a thousand and more, and keeps each answer in memory until those before it have
 * been read. Here a connection costs one answer at most.
 *
 * Requests whose sender has gone are served too, so that they count and are logged like any other.
 *
 * @param maxPending how many requests of a connection may wait for their answers; more close it
 */
export function serveInTurn(
  connections: Connections,
  { serve, maxPending }: { readonly serve: RequestListener; readonly maxPending: number },
): RequestListener {
  function begin(connection: Connection, exchange: Exchange): void {
    const { req, res } = exchange
    const senderHasGone = res.socket === null // else Node has given it the connection by now
    connection.current = exchange
    res.on('close', connection.onAnswered)
    serve(req, res)
    if (!senderHasGone) return
    res.destroyed = true // Node tells this only of the answer that was being sent
    res.emit('close')
  }

  function onAnswered(connection: Connection): void {
    const { current, waiting } = connection
    connection.unread = current?.req.complete === false ? current.req : undefined
    connection.current = undefined
    const next = waiting.shift()
    if (next) begin(connection, next)
    else connection.endAfterFault?.()
  }

  return (req, res) => {
    const connection = connections.get(req.socket)
    if (!connection || connection.endAfterFault || req.socket.destroyed) return
    if (connection.current) {
      if (connection.waiting.length + 1 < maxPending) connection.waiting.push({ req, res })
      else req.socket.destroy()
      return
    }
    connection.onAnswered = () => {
      onAnswered(connection)
    }
    begin(connection, { req, res })
  }
}
