import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { BenchRequest } from './requests.ts'

const MAX_WAIT_MS = 4

/** Sends a request over connections of its own, each of which ends before or while it is answered. */
export async function sendAborted(
  { port, request }: { readonly port: number; readonly request: BenchRequest },
  count: number,
): Promise<void> {
  const { method, path, headers, body = '' } = request
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const length = `content-length: ${Buffer.byteLength(body)}`
  const head = [`${method} ${path} HTTP/1.1`, 'host: 127.0.0.1', ...lines, length]
  for (let n = 0; n < count; n += 1) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    socket.write([...head, '', body].join('\r\n'))
    await delay(n % (MAX_WAIT_MS + 1))
    socket.destroy()
  }
}
