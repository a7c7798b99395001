import { createServer, type RequestListener, type Server } from 'node:http'
import type { Socket } from 'node:net'

/** Bounds of one connection. Times in milliseconds. */
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
const KEEP_ALIVE_TIMEOUT_MS = 65_000 // longer than the usual 60 s of a load balancer
const CHECK_INTERVAL_MS = 1_000
/** Room for a token of 8 KiB and the other headers of a request. */
const MAX_HEADER_BYTES = 16 * 1024

/** How long open requests may take after a stop is asked for. */
const STOP_TIMEOUT_MS = 9_000

/** The HTTP server: limits against slow and huge senders, answers to what Node can't parse. */
export function createHttpServer(listener: RequestListener): Server {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
    },
    listener,
  )
  server.on('clientError', answerUnparsable)
  return server
}

const UNPARSABLE: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

function answerUnparsable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = UNPARSABLE[error.code ?? ''] ?? '400 Bad Request'
  const body = JSON.stringify({ message: status.slice('400 '.length) })
  socket.end(
    [
      `HTTP/1.1 ${status}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}

/** Starts listening. @returns the port in use, which matters when 0 was asked for */
export function listen(server: Server, address: { port: number; host: string | undefined }) {
  return new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port: address.port, host: address.host }, () => {
      server.off('error', reject)
      const bound = server.address()
      resolve(typeof bound === 'object' && bound ? bound.port : address.port)
    })
  })
}

/** Stops taking connections, lets open requests end, and cuts what is still open after the time-out. */
export function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.closeAllConnections()
    }, STOP_TIMEOUT_MS)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}
