import type { Answer } from '../answer.ts'
import { headersOf, type ErrorOptions, type ErrorPlace } from '../errors/answer-error.ts'
import type { HybridRequest } from '../request.ts'
import { refusedMethod, type Route } from '../route.ts'
import { answerCalls, answerFailure, type CallsAnswer } from './answer.ts'
import { readRequest, type RpcRequest } from './request.ts'
import { createRouteNames } from './route-names.ts'
import { runCalls } from './run.ts'
import { createSubscribe } from './subscribe.ts'
import { lastSegment } from './target.ts'
import { createUploads } from './uploads.ts'
import { createTrpcHandler, type TrpcHandlerOptions } from './trpc-handler.ts'

export interface RpcOptions extends TrpcHandlerOptions {
  /** Where it is served, such as `/trpc`. */
  readonly path: string
  /** The most bytes of a body that calls a procedure, where it says so itself. */
  readonly ownMaxBytes: ReadonlyMap<string, number>
}

const METHODS = ['GET', 'POST']

/**
 * The router as tRPC over HTTP: JSON in one pass, subscriptions, the rest by tRPC's own handler. That could do it all, but it
 * builds a `URL`, a `Request`, a `Response`, web streams and three abort signals for each request.
 * `packages/trpc-hybrid/test/rpc/reference.test.ts` checks that the answers are the same.
 *
 * @returns finds the route of a request whose path is at or below that of the options
 */
export function createRpc(options: RpcOptions) {
  const { router } = options
  const subscribe = createSubscribe(options)
  const answerByTrpc = createTrpcHandler(options)
  const nameOf = createRouteNames(router, options.path)
  const reading = { ...options, uploadOf: createUploads(router), maxBytesOf: limitsOf(options) }

  async function serve(request: HybridRequest, ctx: object): Promise<Answer> {
    let read: RpcRequest | undefined
    try {
      read = readRequest(request, reading)
      if (!read) return await (subscribe(request, ctx) ?? answerByTrpc(request, ctx))
      const outcomes = await runCalls(read, { ctx, request, deadlines: options.deadlines })
      return write(answerCalls(read, outcomes, { router, ctx }), { request, ctx }, options)
    } catch (cause) {
      const answer = answerFailure(cause, { router, ctx, calls: read?.calls ?? [] })
      return write(answer, { request, ctx }, options)
    }
  }

  return (method: string, path: string): Route => {
    const { template, call } = nameOf(lastSegment(path))
    const refuse: Route['refuse'] = (error, request, ctx) => {
      const answer = answerFailure(error, {
        router,
        ctx,
        calls: call ? [call] : [],
        path: call?.path,
      })
      return write(answer, { request, ctx }, options)
    }
    // tRPC asks any other method for a body before it looks at the procedure.
    return METHODS.includes(method) || method === 'HEAD'
      ? { template, allow: undefined, refuse, serve }
      : refusedMethod({ template, allow: METHODS, refuse })
  }
}

/** A batch of more than one call has the limit of all. */
function limitsOf({ ownMaxBytes, maxBodyBytes }: RpcOptions): (paths: readonly string[]) => number {
  if (ownMaxBytes.size === 0) return () => maxBodyBytes
  return ([path = '', ...others]) =>
    others.length > 0 ? maxBodyBytes : (ownMaxBytes.get(path) ?? maxBodyBytes)
}

const HEADERS: Answer['headers'] = [
  ['content-type', 'application/json'],
  ['vary', 'trpc-accept, accept'],
]

/** One response may carry the errors of many calls. The first that has headers decides them. */
function write(
  { status, body, faults }: CallsAnswer,
  { request, ctx }: ErrorPlace,
  { judge, errorHeaders, onError }: ErrorOptions,
): Answer {
  if (faults.length === 0) return { status, headers: HEADERS, body }
  const own = faults.map(({ error: thrown, path, allow }) => {
    const error = judge(thrown)
    onError({ error, path, request, ctx })
    const headers = headersOf(error, errorHeaders(error, request))
    return allow === undefined ? headers : [...headers, ['allow', allow] as const]
  })
  return { status, headers: [...HEADERS, ...(own.find(({ length }) => length > 0) ?? [])], body }
}
