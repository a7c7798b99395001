import type { AnyRouter, inferRouterContext, TRPCError } from '@trpc/server'
import { serveIn, type Responder } from '../respond.ts'
import { discardAnswer, type Answer } from '../answer.ts'
import { createJudge, type PublicError } from '../errors/public-error.ts'
import { notFound } from '../errors/not-found.ts'
import { isAtOrBelow } from '../procedures/path-template.ts'
import type { HybridRequest } from '../request.ts'
import { createRoutes } from '../routes.ts'
import { asTRPCError, errorBody } from './error-body.ts'
import type { OpenApiOptions, ResponseMeta } from './options.ts'

const toPublicError = createJudge({ exposeTrpcMessages: true })

/** Where nothing is served: the drop-in has no RPC. */
const NO_RPC = '/%00'
const MAX_BODY_SIZE = 100_000
const JSON_HEADERS: Answer['headers'] = [['content-type', 'application/json']]

export interface Served<Given, Req> {
  readonly request: HybridRequest
  readonly given: Given
  readonly req: Req
}

/** What answers a request. Only that its answer is sent is left. */
export type Answering = Omit<Responder<unknown>, 'send'>

/** @returns finds what answers a request; `undefined` where no procedure is */
export function createServe<TRouter extends AnyRouter, Given, Req>(
  options: OpenApiOptions<TRouter, Given, Req>,
) {
  const failures = new WeakMap<HybridRequest, PublicError>()
  const routes = createRoutes({
    router: options.router,
    rpcPath: NO_RPC,
    exposeTrpcMessages: true,
    missingOutput: 'any',
    trustProtect: true,
    limits: { bodyBytes: options.maxBodySize ?? MAX_BODY_SIZE },
    onError: ({ error, request }) => failures.set(request, error),
  })
  const names = new Map(
    routes.operations.map(({ name, template, procedure, method, empty, meta, fileType }) => [
      `${method} ${template.path}`,
      {
        name,
        type: procedure._def.type,
        isOk: empty && meta.successStatus === undefined,
        isFile: fileType !== undefined,
      },
    ]),
  )

  /** @param now those of this request, where they are made anew for each: they may close over it */
  return (
    { request, given, req }: Served<Given, Req>,
    now: OpenApiOptions<TRouter, Given, Req> = options,
  ): Answering | undefined => {
    const { method, path } = request
    const route = isAtOrBelow(path, NO_RPC) ? undefined : routes.find(method, path)
    if (!route || route.allow) return undefined
    const verb = method === 'HEAD' ? 'GET' : method
    const operation = names.get(`${verb} ${route.template ?? ''}`)
    const { name, type = 'unknown', isOk, isFile } = operation ?? {}
    let ctx: inferRouterContext<TRouter> | undefined

    const tell = (error: TRPCError) =>
      now.onError?.({ error, type, path: name, input: undefined, ctx, req })

    const answer = async (): Promise<Answer> => {
      const createContext = async () => (ctx = (await now.createContext?.(given)) ?? {})
      const made = await serveIn(createContext, { route, request })
      try {
        return changed(made)
      } catch (error) {
        discardAnswer(made)
        throw error
      }
    }

    const changed = (made: Answer): Answer => {
      const failure = failures.get(request)
      const errors = failure ? [asTRPCError(failure)] : []
      errors.forEach(tell)
      const { status, headers, body } = failure
        ? refusal(failure, request)
        : { ...made, ...(isOk && { status: 200 }) }
      const meta = now.responseMeta?.({
        type,
        paths: name === undefined ? undefined : [name],
        ctx,
        data: [failure || typeof body !== 'string' ? undefined : (JSON.parse(body) as unknown)],
        errors,
        eagerGeneration: true,
      })
      const own = failure || isFile ? headers : JSON_HEADERS
      return { status: meta?.status ?? status, headers: [...own, ...headersOf(meta)], body }
    }

    /** Of what the options throw, or give that can't be sent. */
    const refuse = (thrown: unknown): Answer => {
      const failure = toPublicError(thrown)
      try {
        tell(asTRPCError(failure))
      } catch {
        // it may be what has thrown
      }
      return refusal(failure, request)
    }

    return { answer, refuse }
  }
}

function refusal(error: PublicError, request: HybridRequest): Answer {
  const headers = [...JSON_HEADERS, ...Object.entries(error.headers)]
  return { status: error.status, headers, body: JSON.stringify(errorBody(error, request)) }
}

function headersOf({ headers = {} }: ResponseMeta = {}): [string, string][] {
  if (headers instanceof Headers) return [...headers]
  return Object.entries(headers).flatMap(([name, value = []]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  )
}

/** What is said where no procedure is: to HEAD nothing, since it may be used to warm up. */
export function nothingThere(method: string): Answering {
  const answer: Answer =
    method === 'HEAD'
      ? { status: 204, headers: JSON_HEADERS, body: undefined }
      : { status: 404, headers: JSON_HEADERS, body: NOT_FOUND }
  return { answer: () => answer, refuse: () => answer }
}

const NOT_FOUND = JSON.stringify({ message: 'Not found', code: notFound().code })
