import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { ServerLimits } from './limits.ts'
import { closeUnread } from './close-unread.ts'
import { trackConnections, type Connections } from './connections.ts'
import { continueWhenRead } from './continue-when-read.ts'
import { endWithUnreadBody, lingerWhereUnread } from './hang-up.ts'
import { createRefusal, refuse } from './refuse.ts'
import { serveInTurn } from './serve-in-turn.ts'
import type { SecurityHeaders } from '../http/security-headers.ts'
import { readRequestTarget } from '../http/request-target.ts'
import { createExpressClasses, type Prototypes } from './express-prototypes.ts'

interface ServerOptions extends ServerLimits {
  /** Those of answers that never reach the app. */
  readonly securityHeaders: SecurityHeaders
  /** Milliseconds, by a clock that is never set back. */
  readonly monotonicNow: () => number
}

/** An Express app: `unhandled` is called when nothing in it answers. */
type App = Prototypes & ((req: IncomingMessage, res: ServerResponse, unhandled: () => void) => void)

export interface HttpServer {
  readonly server: Server
  readonly connections: Connections
}

/** The HTTP server: limits against slow and huge senders, answers to what Node can't parse. */
export function createHttpServer(app: App, limits: ServerOptions): HttpServer {
  const server = createServer({
    ...createExpressClasses(app),
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    requireHostHeader: false, // the app asks for it, in its own words
  })
  server.maxHeadersCount = 0 // Node would leave out those over it, and say nothing
  const connections = trackConnections(server)
  server.on('connection', (socket) => {
    lingerWhereUnread(socket, { connections, lingerMs: limits.lingerMs })
  })
  const listener = serveInTurn(connections, {
    serve: serveWithin(app, limits),
    maxPending: limits.maxPendingRequests,
  })
  server.on('request', listener)
  server.on('checkContinue', (req, res) => {
    continueWhenRead(req, res)
    listener(req, res)
  })
  server.on('checkExpectation', listener) // an expectation that is not known may be passed over
  server.on('clientError', createRefusal(connections, limits))
  const unread = { timeoutMs: limits.unreadTimeoutMs, now: limits.monotonicNow }
  server.once('close', closeUnread(connections, unread))
  return { server, connections }
}

function serveWithin(app: App, { maxHeaders, securityHeaders }: ServerOptions): RequestListener {
  return (req, res) => {
    if (req.rawHeaders.length > 2 * maxHeaders) {
      refuse(res, '431 Request Header Fields Too Large', securityHeaders)
      return
    }
    endWithUnreadBody(req, res)
    if (!readRequestTarget(req)) {
      refuse(res, '400 Bad Request', securityHeaders)
      return
    }
    /** Express gives up on a URL that it can't parse before any middleware is asked. */
    app(req, res, () => {
      refuse(res, '400 Bad Request', securityHeaders)
    })
  }
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
