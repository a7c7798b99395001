import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { JSON_TYPE } from '../http/json-type.ts'
import type { SecurityHeaders } from '../http/security-headers.ts'
import { lastExchange, type Connections } from './connections.ts'
import { hangUp } from './hang-up.ts'

const UNPARSABLE: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/**
 * Answers what Node can't parse and what takes too long, and hangs up. It sends nothing where another answer is
 * still to be sent: the client would take this one for that, or for a part of it.
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
    const last = connection && lastExchange(connection)
    const halfRead = connection?.unread?.complete === false // its answer has been sent
    if (error.code === 'ECONNRESET' || !socket.writable || !connection || halfRead) {
      socket.destroy()
      return
    }
    if (!last) {
      socket.write(answer(UNPARSABLE[error.code ?? ''] ?? '400 Bad Request', securityHeaders))
      hangUp(socket, lingerMs)
    } else if (last.res.headersSent) socket.destroy()
    else last.res.shouldKeepAlive = false
  }
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
