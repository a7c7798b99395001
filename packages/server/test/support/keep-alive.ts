import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** One response as it came over a connection. */
export interface RawResponse {
  readonly status: number
  /** In lower case. */
  readonly head: string
  readonly body: string
}

/** A keep-alive connection on which nothing is retried: what the server loses stays lost. */
export interface KeepAliveConnection {
  readonly socket: Socket
  /** @throws when the connection ends before the whole response is there */
  request(path: string, headers?: Record<string, string>): Promise<RawResponse>
  /** Resolves once the server has ended the connection. */
  readonly ended: Promise<unknown>
}

export async function openConnection(port: number): Promise<KeepAliveConnection> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.setEncoding('latin1')
  let received = ''
  let over = false
  let wake = () => {}
  socket.on('data', (chunk: string) => {
    received += chunk
    wake()
  })
  const ended = once(socket, 'close').then(() => {
    over = true
    wake()
  })
  socket.on('error', () => undefined) // 'close' follows
  await once(socket, 'connect')

  async function read(): Promise<RawResponse> {
    for (;;) {
      const found = takeResponse(received)
      if (found) {
        received = found.rest
        return found.response
      }
      if (over) throw new Error(`The connection ended after ${received.length} bytes of a response`)
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }

  return {
    socket,
    ended,
    request(path, headers = {}) {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
      socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${lines.join('')}\r\n`)
      return read()
    },
  }
}

function takeResponse(text: string): { response: RawResponse; rest: string } | undefined {
  const end = text.indexOf('\r\n\r\n') + 4
  if (end === 3) return undefined
  const head = text.slice(0, end).toLowerCase()
  const length = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0)
  if (text.length < end + length) return undefined
  const status = Number(head.split(' ')[1])
  return {
    response: { status, head, body: text.slice(end, end + length) },
    rest: text.slice(end + length),
  }
}
