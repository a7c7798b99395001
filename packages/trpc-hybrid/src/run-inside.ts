import type { AnyProcedure, AnyRouter, TRPCError } from '@trpc/server'
import { isObservable } from '@trpc/server/observable'
import type { Problems } from './errors/router-error.ts'
import { isAsyncIterable, type MiddlewareResult } from './trpc/internals.ts'

/** What a procedure came to that succeeded, for `around` alone. */
export type Ran<Added> = MiddlewareResult<Added>

/** Runs the steps behind it and the procedure, and rejects with what they throw. */
export interface RunInside {
  /** @param changes what the context has more of from then on */
  <Added extends object>(changes: { readonly ctx: Added }): Promise<Ran<Added>>
  (): Promise<Ran<object>>
}

/** What is known about the call of a procedure around which something runs. */
export interface CallAround<Ctx> {
  readonly ctx: Ctx
  readonly path: string
  readonly type: 'query' | 'mutation' | 'subscription'
  /** Aborted when the caller hangs up, or was answered because the procedure took too long. */
  readonly signal: AbortSignal | undefined
}

interface MiddlewareOptions<Ctx> extends CallAround<Ctx> {
  readonly next: <Added>(changes: { ctx: Added }) => Promise<MiddlewareResult<Added>>
}

/**
 * A middleware that runs all that follows it inside of something, such as a transaction. `next` of tRPC returns an
 * error, so a transaction around it would be committed; `run` throws it, so that it is rolled back, and the caller
 * gets the procedure's own error. Each call of a batch runs in one of its own. What failed validation as
 * the output, too, is rolled back, and so is a procedure whose caller was told that it took too long. One whose caller
 * has gone is not: ask `signal` for that.
 *
 * What `work` throws itself, such as a commit that failed, is an error like any other. It may run more than once,
 * where the library tries a transaction again. A subscription is refused at start, and a result that is a stream
 * when it is returned, since both would be read after the end; so do promises inside a result, and files.
 *
 * @param work must resolve to what `run` resolved to
 * @example const inTransaction = procedure.use(around((run) => db.transaction(run)))
 * @example around((run) => db.transaction((tx) => run({ ctx: { tx } })))
 */
export function around<Ctx, Added>(
  work: (run: RunInside, call: CallAround<Ctx>) => PromiseLike<Ran<Added>>,
) {
  const middleware = async (options: MiddlewareOptions<Ctx>): Promise<Ran<Added>> => {
    const failures = new Map<unknown, MiddlewareResult<Added>>()
    const run = async (given?: unknown) => {
      const result = (await options.next(changesIn(given))) as MiddlewareResult<Added>
      if (!result.ok) {
        const thrown = thrownBy(result.error)
        failures.set(thrown, result)
        throw thrown
      }
      requireWhole(result.data)
      if (isTooLate(options.signal)) throw options.signal.reason
      return result
    }
    try {
      return requireRan(await work(run as RunInside, options))
    } catch (error) {
      const failure = failures.get(error)
      if (failure) return failure
      throw error
    }
  }
  return Object.assign(middleware, { [INSIDE]: true })
}

const INSIDE = Symbol('around')

/** Libraries call what runs in a transaction with the transaction. */
function changesIn(given: unknown): { ctx: object } {
  const isOurs =
    typeof given === 'object' &&
    given !== null &&
    Object.getPrototypeOf(given) === Object.prototype &&
    Object.hasOwn(given, 'ctx')
  return isOurs ? (given as { ctx: object }) : { ctx: {} }
}

/** As the procedure threw it: a library may look for errors of its own, to try again. */
const thrownBy = (error: TRPCError): Error =>
  error.code === 'INTERNAL_SERVER_ERROR' ? (error.cause ?? error) : error

function requireWhole(data: unknown): void {
  if (!isAsyncIterable(data) && !isObservable(data)) return
  throw new TypeError('A stream can not run inside of around(): it is read after the end of that')
}

function isTooLate(signal: AbortSignal | undefined): signal is AbortSignal {
  return signal?.aborted === true && (signal.reason as Error).name === 'TimeoutError'
}

function requireRan<Added>(result: Ran<Added>): Ran<Added> {
  if (typeof result === 'object' && 'ok' in result) return result
  throw new TypeError('What runs in around() must resolve to what run() resolved to')
}

/** A subscription lasts longer than what would run around its beginning. */
export function requireNoneInside(router: AnyRouter, problems: Problems): void {
  const procedures = Object.entries(router._def.procedures as Record<string, AnyProcedure>)
  for (const [name, procedure] of procedures) {
    const { type, middlewares } = procedure._def as unknown as {
      type: string
      middlewares: object[]
    }
    if (type === 'subscription' && middlewares.some((one) => INSIDE in one)) {
      problems.add({ name }, 'it is a subscription, which can not run inside of around()')
    }
  }
}
