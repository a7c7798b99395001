import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HybridRequest } from '../request.ts'
import { readNodeBody } from './node-body.ts'

/** A request of `node:http`, with or without a framework around it. */
export class NodeRequest implements HybridRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  #controller: AbortController | undefined

  /** @param url below the path at which the API is mounted */
  constructor(req: IncomingMessage, res: ServerResponse, url = req.url ?? '/') {
    const mark = url.indexOf('?')
    this.method = req.method ?? 'GET'
    this.path = mark === -1 ? url : url.slice(0, mark)
    this.query = mark === -1 ? '' : url.slice(mark + 1)
    this.#req = req
    this.#res = res
    this.#controller = undefined
  }

  get hasBody(): boolean {
    const { 'content-length': length, 'transfer-encoding': coding } = this.#req.headers
    return coding !== undefined || Number(length ?? 0) > 0
  }

  /** Express' and other parsers put it there. An empty one says that there was none. */
  get parsedBody(): unknown {
    const { body } = this.#req as { body?: unknown }
    return this.hasBody ? body : undefined
  }

  /** Aborted when the client hangs up. Made when it is first asked for: it costs 2 µs, and few want it. */
  get signal(): AbortSignal {
    this.#controller ??= abortOnHangUp(this.#res)
    return this.#controller.signal
  }

  header(name: string): string | undefined {
    const value = this.#req.headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }

  *headers(): Generator<readonly [string, string]> {
    for (const [name, value] of Object.entries(this.#req.headers)) {
      if (value === undefined || name.startsWith(':')) continue
      yield [name, Array.isArray(value) ? value.join(', ') : value]
    }
  }

  readBody(maxBytes: number): Promise<Uint8Array> {
    return readNodeBody(this.#req, maxBytes)
  }
}

function abortOnHangUp(res: ServerResponse): AbortController {
  const controller = new AbortController()
  const hungUp = () => {
    if (!res.writableEnded) controller.abort()
  }
  if (res.closed) hungUp()
  else res.once('close', hungUp)
  return controller
}
