import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HybridRequest } from '../request.ts'
import { TRPCError } from '@trpc/server'
import { decompress, isCompression } from './decompress.ts'
import { readBody } from './node-body.ts'

/** A request of `node:http`, with or without a framework around it. */
export class NodeRequest implements HybridRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  #controller: AbortController | undefined
  #aborted: DOMException | undefined
  #body: Promise<Uint8Array> | undefined

  /** @param url below the path at which the API is mounted */
  constructor(req: IncomingMessage, res: ServerResponse, url = req.url ?? '/') {
    const mark = url.indexOf('?')
    this.method = req.method ?? 'GET'
    this.path = mark === -1 ? url : url.slice(0, mark)
    this.query = mark === -1 ? '' : url.slice(mark + 1)
    this.#req = req
    this.#res = res
    this.#controller = undefined
    this.#aborted = undefined
    this.#body = undefined
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
    if (!this.#controller) {
      this.#controller = abortOnHangUp(this.#res)
      if (this.#aborted) this.#controller.abort(this.#aborted)
    }
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
    return (this.#body ??= readDecoded(this.#req, maxBytes))
  }

  get isComplete(): boolean {
    return this.#req.complete || this.#res.destroyed
  }

  abort(reason: DOMException): void {
    this.#aborted = reason
    this.#controller?.abort(reason)
  }
}

async function readDecoded(req: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const coding = req.headers['content-encoding']?.toLowerCase() ?? 'identity'
  if (coding !== 'identity' && !isCompression(coding)) {
    throw new TRPCError({ code: 'UNSUPPORTED_MEDIA_TYPE' })
  }
  const sent = await readBody(req, { maxBytes })
  return coding === 'identity' ? sent : decompress(sent, { coding, maxBytes })
}

function abortOnHangUp(res: ServerResponse): AbortController {
  const controller = new AbortController()
  const hungUp = () => {
    if (!res.writableEnded) controller.abort()
  }
  if (res.closed) hungUp()
  else res.on('close', hungUp)
  return controller
}
