import { randomUUID } from 'node:crypto'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import { createExpressClasses, type Prototypes } from './speed/express-classes.ts'
import { SECURITY_HEADERS } from './http/security-headers.ts'

/** Bounds of one connection, in milliseconds and bytes. */
export interface ServerLimits {
  /** For the headers of a request, and for a new connection to send any. */
  readonly headersTimeoutMs: number
  /** For a whole request, its body included. */
  readonly requestTimeoutMs: number
  readonly keepAliveTimeoutMs: number
  readonly checkIntervalMs: number
  readonly maxHeaderBytes: number
}

export const DEFAULT_LIMITS: ServerLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000, // longer than the usual 60 s of a load balancer
  checkIntervalMs: 1_000,
  maxHeaderBytes: 32 * 1024, // room for a token of 16 KiB, a proof of 8 KiB, and the rest
}

/** An Express app: `unhandled` is called when nothing in it answers. */
type App = Prototypes & ((req: IncomingMessage, res: ServerResponse, unhandled: () => void) => void)

/** The HTTP server: limits against slow and huge senders, answers to what Node can't parse. */
export function createHttpServer(app: App, limits: ServerLimits): Server {
  /** Express gives up on a URL that it can't parse before any middleware is asked. */
  const listener: RequestListener = (req, res) => {
    app(req, res, () => {
      res.statusCode = 400
      res.setHeaders(new Map(Object.entries(refusalHeaders())))
      res.end(JSON.stringify({ message: 'Bad Request' }))
    })
  }
  const server = createServer(
    {
      ...createExpressClasses(app),
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: limits.checkIntervalMs,
      requireHostHeader: false, // the app asks for it, in its own words
    },
    listener,
  )
  server.on('clientError', answerUnparsable)
  server.on('checkExpectation', listener) // an expectation that is not known may be passed over
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
  refuse(socket, UNPARSABLE[error.code ?? ''] ?? '400 Bad Request')
}

/** Answers without a request or a response to go by, and hangs up. */
function refuse(socket: Socket, status: string): void {
  const body = JSON.stringify({ message: status.slice('400 '.length) })
  const headers = { ...refusalHeaders(), 'content-length': Buffer.byteLength(body) }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end([`HTTP/1.1 ${status}`, ...lines, '', body].join('\r\n'))
}

const refusalHeaders = () => ({
  ...SECURITY_HEADERS,
  'x-request-id': randomUUID(),
  'content-type': 'application/json; charset=utf-8',
  connection: 'close',
})

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
