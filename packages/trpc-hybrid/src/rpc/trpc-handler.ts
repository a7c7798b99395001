import { getTRPCErrorFromUnknown, type AnyRouter } from '@trpc/server'
import { resolveResponse } from '@trpc/server/http'
import type { Answer } from '../answer.ts'
import { bodyRefusal } from '../body/body-refusal.ts'
import { mediaTypeOf } from '../body/media-type.ts'
import { headersOf, type ErrorOptions } from '../errors/answer-error.ts'
import type { Deadlines } from '../procedures/deadlines.ts'
import { mapProcedures } from '../procedures/map-procedures.ts'
import type { HybridRequest } from '../request.ts'
import { admit, type AdmitStream } from './admit.ts'
import { inTime } from './in-time.ts'
import { withPings } from './stream-config.ts'
import { streamKind } from './stream-kind.ts'
import { JSON_TYPE } from './request.ts'
import { lastSegment } from './target.ts'

export interface TrpcHandlerOptions extends ErrorOptions {
  readonly router: AnyRouter
  readonly maxBodyBytes: number
  readonly maxBatchSize: number
  readonly deadlines: Deadlines
  /** The most that passes on a stream without a sign of life. */
  readonly pingMs: number
  readonly admitStream: AdmitStream
}

/** tRPC finds procedures by the path, and looks at nothing else of the URL but its query. */
const ORIGIN = 'http://localhost'
/** What tRPC calls the JSON of a request in which no call ever began. */
const UNTYPED = 'text/plain;charset=UTF-8'
/** The media types of bodies that tRPC reads. */
const READABLE = [JSON_TYPE, 'multipart/form-data', 'application/octet-stream']

/** tRPC's own handler, which supports everything: streams, forms, bytes. It makes a `Request` for each. */
export function createTrpcHandler(options: TrpcHandlerOptions) {
  const { maxBodyBytes, maxBatchSize, judge, errorHeaders, onError, deadlines } = options
  const requests = new WeakMap<object, HybridRequest>()
  const router = mapProcedures(
    options.router,
    (procedure) => procedure,
    withPings(options.router._def._config, options.pingMs),
  )
  const inTimeRouter = inTime(router, { deadlines, requestOf: (ctx) => requests.get(ctx) })

  return async (request: HybridRequest, ctx: object): Promise<Answer> => {
    const kind = streamKind(request, router)
    if (kind) await admit(options.admitStream, { request, ctx, kind })
    const body = await readBody(request, maxBodyBytes)
    requests.set(ctx, request)
    const path = lastSegment(request.path)
    const query = request.query === '' ? '' : `?${request.query}`
    const response = await resolveResponse({
      /** The calls of a streamed batch may take long: that is what it is for. */
      router: kind === 'batch' ? router : inTimeRouter,
      path,
      error: null,
      req: new Request(`${ORIGIN}/${path}${query}`, {
        method: request.method,
        headers: new Headers([...request.headers()] as [string, string][]),
        signal: request.signal ?? null,
        body,
      }),
      createContext: () => Promise.resolve(ctx),
      allowMethodOverride: mediaTypeOf(request) === JSON_TYPE,
      maxBatchSize,
      onError: ({ error: thrown, path: name }) => {
        onError({ error: judge(thrown), path: name, request, ctx })
      },
      /** A streamed batch has sent its headers before a call fails, so there are no errors here. */
      responseMeta({ errors, eagerGeneration, type }) {
        const own = errors.map((thrown) => {
          const judged = judge(thrown)
          return headersOf(judged, errorHeaders(judged, request))
        })
        const headers = new Headers(own.find(({ length }) => length > 0) ?? [])
        if (eagerGeneration && type !== 'subscription') headers.set('x-accel-buffering', 'no') // as tRPC's SSE
        return { headers }
      },
    })
    if (response.headers.get('content-type') === UNTYPED) {
      response.headers.set('content-type', JSON_TYPE)
    }
    return {
      status: response.status,
      headers: [...response.headers],
      body: response.body ?? undefined,
    }
  }
}

/**
 * Reads a body before tRPC asks for it: where it streams its answer, the status has been sent by then.
 *
 * @throws {TRPCError} for a body that can't be taken
 */
async function readBody(request: HybridRequest, maxBytes: number): Promise<BodyInit | null> {
  if (request.method !== 'POST') return null
  if (request.parsedBody !== undefined) return JSON.stringify(request.parsedBody)
  if (!READABLE.includes(mediaTypeOf(request) ?? '')) return ''
  try {
    return (await request.readBody(maxBytes)) as Uint8Array<ArrayBuffer>
  } catch (cause) {
    throw getTRPCErrorFromUnknown(bodyRefusal(cause))
  }
}

type BodyInit = NonNullable<NonNullable<ConstructorParameters<typeof Request>[1]>['body']>
