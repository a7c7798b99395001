import { TRPCError } from '@trpc/server'
import { discardAnswer, isStream, isTextStream, type Answer } from '../answer.ts'
import { BodyError } from '../body/body-error.ts'
import { createByteBuffer } from '../body/byte-buffer.ts'
import { notFound } from '../errors/not-found.ts'
import type { Hybrid } from '../hybrid.ts'
import type { HybridRequest } from '../request.ts'
import { respond, serveIn } from '../respond.ts'
import { toByteStream } from '../text-stream.ts'

export interface FetchHandlerOptions<Context> {
  /** Made for each request that a procedure serves. What it throws is answered like a procedure's error. */
  readonly createContext: (given: { readonly request: Request }) => Context | Promise<Context>
}

/**
 * Serves a hybrid wherever there are `Request` and `Response`: Next.js' app router, Hono, Bun, Deno, Workers.
 * The path of the URL counts, so `rpcPath` and `restPath` name all of it.
 *
 * @example export const GET = fetchHandler(hybrid, { createContext: ({ request }) => ({ … }) })
 */
export function fetchHandler<Context>(
  hybrid: Hybrid<Context>,
  { createContext }: FetchHandlerOptions<NoInfer<Context>>,
): (request: Request) => Promise<Response> {
  return (given) => {
    const request = new FetchRequest(given)
    const route = hybrid.find(request.method, request.path)
    return respond({
      answer: () =>
        route
          ? serveIn(() => createContext({ request: given }), { route, request })
          : hybrid.refuse(notFound(), request),
      refuse: (error) => (route ?? hybrid).refuse(error, request),
      send: (answer) => toResponse(answer, request),
    })
  }
}

/** What hosts do with an answer whose client has gone differs: none of them needs to end what makes it. */
export function toResponse(answer: Answer, request: FetchRequest): Response {
  const { status, headers, body } = answer
  // Asked for streams alone: Hono on Node.js makes the signal when it is first looked at, in 5 µs.
  const isUnread = isStream(body) && request.hasLeft
  if (isUnread) discardAnswer(answer)
  const isEmpty = isUnread || request.method === 'HEAD' || status === 204 || status === 304
  const sent = isEmpty ? null : isTextStream(body) ? toByteStream(body) : (body ?? null)
  return new Response(sent as ConstructorParameters<typeof Response>[0], {
    status,
    headers: toHeaders(headers),
  })
}

/** As an object where each name is there once: Hono on Node.js writes that down as it is, 1 µs faster than pairs. */
function toHeaders(headers: Answer['headers']): Record<string, string> | [string, string][] {
  const byName: Record<string, string> = {}
  for (const [name, value] of headers) {
    const key = name.toLowerCase()
    if (key in byName) return headers as [string, string][]
    byName[key] = value
  }
  return byName
}

/** Behind the scheme and the host. */
export const AUTHORITY = /^[a-z]+:\/\/[^/?#]*/i

export class FetchRequest implements HybridRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly parsedBody = undefined
  readonly isComplete = true
  readonly #request: Request
  readonly #controller = new AbortController()
  #signal: AbortSignal | undefined
  #body: Promise<Uint8Array> | undefined

  /** @param url below the path at which the API is mounted */
  constructor(request: Request, url = request.url.replace(AUTHORITY, '')) {
    const [target = '/'] = url.split('#', 1)
    const mark = target.indexOf('?')
    this.method = request.method
    this.path = mark === -1 ? target : target.slice(0, mark)
    this.query = mark === -1 ? '' : target.slice(mark + 1)
    this.#request = request
  }

  /** Whether the client has gone, as far as the platform tells. */
  get hasLeft(): boolean {
    return this.#request.signal.aborted
  }

  /** Deno, and servers of Node.js behind Hono, have an empty stream where nothing was sent. */
  get hasBody(): boolean {
    if (this.#request.body === null) return false
    const length = this.header('content-length')
    if (length !== undefined) return Number(length) > 0
    return (
      this.header('content-type') !== undefined || this.header('transfer-encoding') !== undefined
    )
  }

  /** Aborted when the client hangs up, where the platform tells. */
  get signal(): AbortSignal {
    return (this.#signal ??= AbortSignal.any([this.#request.signal, this.#controller.signal]))
  }

  abort(reason: DOMException): void {
    this.#controller.abort(reason)
  }

  header(name: string): string | undefined {
    return this.#request.headers.get(name) ?? undefined
  }

  headers(): Iterable<readonly [string, string]> {
    return this.#request.headers
  }

  readBody(maxBytes: number): Promise<Uint8Array> {
    return (this.#body ??= this.#readBody(maxBytes))
  }

  async #readBody(maxBytes: number): Promise<Uint8Array> {
    const { body, bodyUsed } = this.#request
    if (bodyUsed) throw new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: READ_BEFORE })
    if (!body) return new Uint8Array()
    const coding = this.header('content-encoding')?.trim().toLowerCase() ?? 'identity'
    if (coding !== 'identity' && !isCompression(coding)) {
      throw new TRPCError({ code: 'UNSUPPORTED_MEDIA_TYPE' })
    }
    const sent = await collect(body, maxBytes)
    return coding === 'identity' ? sent : collect(decompressed(sent, coding), maxBytes)
  }
}

const READ_BEFORE =
  'The body of the request was read in front of the handler: read that of request.clone() there'

type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>

/** Those that every platform can undo. */
const isCompression = (coding: string): coding is 'gzip' | 'deflate' =>
  coding === 'gzip' || coding === 'deflate'

/** Not before all of it has come, since an endless one may decompress to nothing. */
function decompressed(sent: Uint8Array, coding: 'gzip' | 'deflate'): Bytes {
  const whole = new Blob([sent]).stream()
  return whole.pipeThrough(new DecompressionStream(coding)) as Bytes
}

/** @throws {BodyError} `too_large` as soon as more than `maxBytes` have come, `broken` */
async function collect(body: Bytes, maxBytes: number): Promise<Uint8Array> {
  const collected = createByteBuffer(maxBytes)
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read().catch(brokenBody)
    if (done) return collected.bytes()
    if (collected.add(value)) continue
    void reader.cancel().catch(() => undefined)
    throw new BodyError('too_large')
  }
}

function brokenBody(cause: unknown): never {
  throw new BodyError('broken', { cause })
}
