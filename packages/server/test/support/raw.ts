import { connect, type Socket } from 'node:net'

export interface RawConnection {
  readonly socket: Socket
  /** All that came back. */
  readonly received: () => string
  /** Waits until the connection is over, from whichever side; resolves with all that came back. */
  readonly closed: Promise<string>
}

/** A connection that sends bytes as they are. */
export function openRaw(port: number, bytes: string | Uint8Array = ''): RawConnection {
  let received = ''
  const socket = connect(port, '127.0.0.1')
  const closed = new Promise<string>((resolve) => {
    socket.on('data', (chunk) => (received += chunk.toString('latin1')))
    socket.on('error', () => undefined) // a reset is one way for a connection to be over
    socket.on('close', () => {
      resolve(received)
    })
  })
  if (bytes.length > 0) socket.write(bytes)
  return { socket, received: () => received, closed }
}
