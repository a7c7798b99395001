import { getTRPCErrorFromUnknown, TRPCError, type AnyProcedure, type AnyRouter } from '@trpc/server'
import { isObservable, observable } from '@trpc/server/observable'
import type { CallProcedure } from '../procedures/call.ts'
import { mapProcedures, withMiddlewares } from '../procedures/map-procedures.ts'
import {
  getDefaultErrorShape,
  getFormattedErrorShape,
  isAsyncIterable,
  setFormattedErrorShape,
  type AnyMiddlewareFunction,
} from '../trpc/internals.ts'
import type { Judge } from './public-error.ts'

export interface PublicErrorOptions {
  readonly judge: Judge
  /** `own`: a formatter sees the message of a failed input as tRPC writes it. */
  readonly rpcErrors: 'public' | 'own'
}

/**
 * The same router, in which whatever formats an error (the router's formatter, the `.errors()` of a chain) sees
 * it with its public message and without a stack. What was thrown stays its `cause`, and the log has all of it.
 */
export function withPublicErrors(router: AnyRouter, options: PublicErrorOptions): AnyRouter {
  const views = createViews(options)
  const { _config: config } = router._def
  const { errorFormatter: format } = config
  const errorFormatter: typeof format = (given) => {
    const error = views.viewOf(given.error)
    const { status, issues, permissions } = options.judge(given.error)
    const plain = getDefaultErrorShape({ error, path: given.path, isDev: false })
    const shape = {
      ...plain,
      data: {
        ...plain.data,
        httpStatus: status,
        ...(issues && { issues }),
        ...(permissions.length > 0 && { permissions }),
      },
    }
    return format({ ...given, error, shape }) as unknown
  }
  const change = (procedure: AnyProcedure & CallProcedure) => withPublicChain(procedure, views)
  return mapProcedures(router, change, { ...config, isDev: false, errorFormatter })
}

/** The public view of each error, made once, and the way back. */
interface Views {
  readonly viewOf: (thrown: unknown) => TRPCError
  /** The error behind a view, with the shape that the view was given. */
  readonly originalOf: (view: unknown) => TRPCError
}

function createViews({ judge, rpcErrors }: PublicErrorOptions): Views {
  const views = new WeakMap<TRPCError, TRPCError>()
  const originals = new WeakMap<TRPCError, TRPCError>()

  function make(error: TRPCError): TRPCError {
    const { code, message, issues } = judge(error)
    const own = rpcErrors === 'own' && issues !== undefined
    const view = new TRPCError({ code, message: own ? error.message : message, cause: error.cause })
    Object.defineProperty(view, 'stack', { value: undefined })
    views.set(error, view)
    originals.set(view, error)
    return view
  }

  return {
    viewOf(thrown) {
      const error = getTRPCErrorFromUnknown(thrown)
      return originals.has(error) ? error : (views.get(error) ?? make(error))
    },
    originalOf(view) {
      const error = originals.get(view as TRPCError) ?? getTRPCErrorFromUnknown(view)
      const shape = getFormattedErrorShape(view as TRPCError)
      if (shape !== undefined) setFormattedErrorShape(error, shape)
      return error
    },
  }
}

function withPublicChain(procedure: AnyProcedure & CallProcedure, views: Views): CallProcedure {
  // tRPC keeps the chain here at run time but leaves it out of the type.
  const { middlewares } = procedure._def as unknown as { middlewares: AnyMiddlewareFunction[] }
  if (!middlewares.some(isFormatter)) return procedure
  return withMiddlewares(procedure, (given) =>
    isFormatter(given) ? withPublicError(given, views) : given,
  )
}

const isFormatter = ({ _type }: AnyMiddlewareFunction) => _type === 'errors'

function withPublicError(
  format: AnyMiddlewareFunction,
  { viewOf, originalOf }: Views,
): AnyMiddlewareFunction {
  return async (options) => {
    const next = async (...changes: []) => {
      const result = await options.next(...changes)
      return result.ok
        ? { ...result, data: mapErrors(result.data, viewOf) }
        : { ...result, error: viewOf(result.error) }
    }
    const result = await format(Object.assign({}, options, { next }))
    return result.ok
      ? { ...result, data: mapErrors(result.data, originalOf) }
      : { ...result, error: originalOf(result.error) }
  }
}

/** A stream fails when it is read, not when it is made. */
function mapErrors(data: unknown, change: (error: unknown) => TRPCError): unknown {
  if (isAsyncIterable(data)) return mapErrorsOfIterable(data, change)
  if (!isObservable(data)) return data
  return observable((observer) =>
    data.subscribe({
      next: (value) => {
        observer.next(value)
      },
      error: (error) => {
        observer.error(change(error))
      },
      complete: () => {
        observer.complete()
      },
    }),
  )
}

async function* mapErrorsOfIterable(
  iterable: AsyncIterable<unknown>,
  change: (error: unknown) => TRPCError,
): AsyncGenerator {
  try {
    return (yield* iterable) as unknown
  } catch (error) {
    throw change(error)
  }
}
