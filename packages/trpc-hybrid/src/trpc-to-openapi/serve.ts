import type { AnyRouter, inferRouterContext } from '@trpc/server'
import type { Answer } from '../answer.ts'
import type { PublicError } from '../errors/public-error.ts'
import { notFound } from '../errors/not-found.ts'
import { isAtOrBelow } from '../procedures/path-template.ts'
import type { HybridRequest } from '../request.ts'
import { createRoutes } from '../routes.ts'
import { asTRPCError, errorBody } from './error-body.ts'
import type { OpenApiOptions, ResponseMeta } from './options.ts'

/** Where nothing is served: the drop-in has no RPC. */
const NO_RPC = '/%00'
const MAX_BODY_SIZE = 100_000
const JSON_HEADERS: Answer['headers'] = [['content-type', 'application/json']]

export interface Served<Given, Req> {
  readonly request: HybridRequest
  readonly given: Given
  readonly req: Req
}

interface Failure {
  readonly error: PublicError
  readonly path: string | undefined
}

/** @returns answers a request; `undefined` where no procedure is */
export function createServe<TRouter extends AnyRouter, Given, Req>(
  options: OpenApiOptions<TRouter, Given, Req>,
) {
  const failures = new WeakMap<HybridRequest, Failure>()
  const routes = createRoutes({
    router: options.router,
    rpcPath: NO_RPC,
    exposeTrpcMessages: true,
    missingOutput: 'any',
    trustProtect: true,
    limits: { bodyBytes: options.maxBodySize ?? MAX_BODY_SIZE },
    onError: ({ error, path, request }) => failures.set(request, { error, path }),
  })
  const names = new Map(
    routes.operations.map(({ name, template, procedure, method }) => [
      `${method} ${template.path}`,
      { name, type: procedure._def.type },
    ]),
  )

  const fileTypes = new Set(
    routes.operations
      .filter(({ fileType }) => fileType !== undefined)
      .map(({ method, template }) => `${method} ${template.path}`),
  )

  /** @param now those of this request, where they are made anew for each: they may close over it */
  return async (
    { request, given, req }: Served<Given, Req>,
    now: OpenApiOptions<TRouter, Given, Req> = options,
  ): Promise<Answer | undefined> => {
    const { method, path } = request
    const route = isAtOrBelow(path, NO_RPC) ? undefined : routes.find(method, path)
    if (!route || route.allow) return undefined
    const verb = method === 'HEAD' ? 'GET' : method
    const { name, type = 'unknown' } = names.get(`${verb} ${route.template ?? ''}`) ?? {}
    let ctx: inferRouterContext<TRouter> | undefined
    let answer: Answer
    try {
      ctx = (await now.createContext?.(given)) ?? {}
      answer = await route.serve(request, ctx)
    } catch (error) {
      answer = route.refuse(error, request)
    }
    const failure = failures.get(request)
    const errors = failure ? [asTRPCError(failure.error)] : []
    const [error] = errors
    if (error) now.onError?.({ error, type, path: name, input: undefined, ctx, req })
    const body = failure ? JSON.stringify(errorBody(failure.error, request)) : answer.body
    const meta = now.responseMeta?.({
      type,
      paths: name === undefined ? undefined : [name],
      ctx,
      data: [failure || typeof body !== 'string' ? undefined : (JSON.parse(body) as unknown)],
      errors,
      eagerGeneration: true,
    })
    const own = failure ? Object.entries(failure.error.headers) : []
    const isFile = !failure && fileTypes.has(`${verb} ${route.template ?? ''}`)
    const headers = [...(isFile ? answer.headers : JSON_HEADERS), ...own, ...headersOf(meta)]
    return { status: meta?.status ?? answer.status, headers, body }
  }
}

function headersOf({ headers = {} }: ResponseMeta = {}): [string, string][] {
  if (headers instanceof Headers) return [...headers]
  return Object.entries(headers).flatMap(([name, value = []]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  )
}

/** What is said where no procedure is: to HEAD nothing, since it may be used to warm up. */
export function nothingThere(method: string): Answer {
  if (method === 'HEAD') return { status: 204, headers: JSON_HEADERS, body: undefined }
  const body = JSON.stringify({ message: 'Not found', code: notFound().code })
  return { status: 404, headers: JSON_HEADERS, body }
}
