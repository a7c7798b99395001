import { getTRPCErrorFromUnknown, type AnyRouter } from '@trpc/server'
import { resolveResponse } from '@trpc/server/http'
import type { Answer } from '../answer.ts'
import { headersOf, type ErrorOptions } from '../errors/answer-error.ts'
import type { HybridRequest } from '../request.ts'
import { lastSegment } from './target.ts'

export interface TrpcHandlerOptions extends ErrorOptions {
  readonly router: AnyRouter
  readonly maxBodyBytes: number
  readonly maxBatchSize: number
}

/** tRPC finds procedures by the path, and looks at nothing else of the URL but its query. */
const ORIGIN = 'http://localhost'

/** tRPC's own handler, which supports everything: streams, forms, bytes. It makes a `Request` for each. */
export function createTrpcHandler(options: TrpcHandlerOptions) {
  const { router, maxBodyBytes, maxBatchSize, judge, errorHeaders, onError } = options

  return async (request: HybridRequest, ctx: object): Promise<Answer> => {
    const { body, error } = await readBody(request, maxBodyBytes)
    const path = lastSegment(request.path)
    const query = request.query === '' ? '' : `?${request.query}`
    const response = await resolveResponse({
      router,
      path,
      error,
      req: new Request(`${ORIGIN}/${path}${query}`, {
        method: request.method,
        headers: new Headers([...request.headers()] as [string, string][]),
        signal: request.signal ?? null,
        body,
      }),
      createContext: () => Promise.resolve(ctx),
      maxBatchSize,
      onError: ({ error: thrown, path: name }) => {
        onError({ error: judge(thrown), path: name, request, ctx })
      },
      /** A streamed batch has sent its headers before a call fails, so there are no errors here. */
      responseMeta({ errors }) {
        const own = errors.map((thrown) => {
          const judged = judge(thrown)
          return headersOf(judged, errorHeaders(judged, request))
        })
        const headers = new Headers(own.find(({ length }) => length > 0) ?? [])
        if (errors.length > 0) headers.set('content-type', 'application/json') // else tRPC calls some text
        return { headers }
      },
    })
    return {
      status: response.status,
      headers: [...response.headers],
      body: response.body ?? undefined,
    }
  }
}

async function readBody(request: HybridRequest, maxBytes: number) {
  if (request.method !== 'POST') return { body: null, error: null }
  if (request.parsedBody !== undefined) {
    return { body: JSON.stringify(request.parsedBody), error: null }
  }
  try {
    return { body: (await request.readBody(maxBytes)) as Uint8Array<ArrayBuffer>, error: null }
  } catch (cause) {
    return { body: null, error: getTRPCErrorFromUnknown(cause) }
  }
}
