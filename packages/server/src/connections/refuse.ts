import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { BodyError, type BodyFault, failBody } from 'trpc-hybrid/engine'
import { JSON_TYPE } from '../http/json-type.ts'
import type { SecurityHeaders } from '../http/security-headers.ts'
import { lastExchange, type Connection, type Connections, type Exchange } from './connections.ts'
import { hangUp } from './hang-up.ts'

const UNPARSABLE: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** What the same means where it is in a body. */
const BODY_FAULTS: Readonly<Record<string, BodyFault>> = {
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'timed_out',
  HPE_INVALID_EOF_STATE: 'timed_out', // half-closed: the rest will never come
}

/**
 * Answers what Node can't parse and what takes too long, and hangs up. The answers to all that came before are
 * sent first, and whole. A fault in the body of a request is told to whoever reads that body, so that the
 * request's own answer is the refusal.
 */
export function createRefusal(
  connections: Connections,
  {
    lingerMs,
    securityHeaders,
  }: { readonly lingerMs: number; readonly securityHeaders: SecurityHeaders },
) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    const connection = connections.get(socket)
    if (error.code === 'ECONNRESET' || !socket.writable || !connection) socket.destroy()
    else if (!connection.endAfterFault) end(connection, error)
  }

  function end(connection: Connection, error: NodeJS.ErrnoException): void {
    const { socket, unread } = connection
    const last = lastExchange(connection)
    const hasFaultyBody = (last?.req ?? unread)?.complete === false
    connection.endAfterFault = () => {
      if (!hasFaultyBody) refuseNext(socket, error, securityHeaders)
      hangUp(socket, lingerMs)
    }
    socket.pause() // what follows is nobody's concern
    if (last) endAfter(last, { connection, error, hasFaultyBody })
    else connection.endAfterFault()
  }
}

interface Fault {
  readonly connection: Connection
  readonly error: NodeJS.ErrnoException
  /** Whether it is in the body of the last request, and not behind it. */
  readonly hasFaultyBody: boolean
}

function endAfter({ req, res }: Exchange, { connection, error, hasFaultyBody }: Fault): void {
  if (hasFaultyBody) failBody(req, new BodyError(BODY_FAULTS[error.code ?? ''] ?? 'broken'))
  if (!res.headersSent) res.shouldKeepAlive = false
  else if (hasFaultyBody && !res.writableEnded) connection.socket.destroy() // it might go on for ever
}

/** Sends nothing where the answer before it has said that it is the last one. */
function refuseNext(
  socket: Socket,
  { code }: NodeJS.ErrnoException,
  securityHeaders: SecurityHeaders,
): void {
  if (socket.destroyed || socket.writableEnded) return
  socket.write(answer(UNPARSABLE[code ?? ''] ?? '400 Bad Request', securityHeaders))
}

/** The answer where there is no request or response object. */
function answer(status: string, securityHeaders: SecurityHeaders): string {
  const body = bodyOf(status)
  const headers = { ...refusalHeaders(securityHeaders), 'content-length': Buffer.byteLength(body) }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${status}`, ...lines, '', body].join('\r\n')
}

/** Refuses a request that never reaches the app. @param status such as `400 Bad Request` */
export function refuse(
  res: ServerResponse,
  status: string,
  securityHeaders: SecurityHeaders,
): void {
  res.statusCode = Number.parseInt(status)
  res.setHeaders(new Map(Object.entries(refusalHeaders(securityHeaders))))
  res.end(bodyOf(status))
}

const bodyOf = (status: string) => JSON.stringify({ message: status.slice('400 '.length) })

const refusalHeaders = (securityHeaders: SecurityHeaders) => ({
  ...securityHeaders,
  'x-request-id': randomUUID(),
  'content-type': JSON_TYPE,
  connection: 'close',
})
