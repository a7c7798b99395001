import { getTRPCErrorFromUnknown, type AnyProcedure, type TRPCError } from '@trpc/server'
import { isObservable, observable } from '@trpc/server/observable'
import {
  getDefaultErrorShape,
  getFormattedErrorShape,
  isAsyncIterable,
  setFormattedErrorShape,
  type AnyMiddlewareFunction,
} from '@trpc/server/unstable-core-do-not-import'
import { toPublicError, trpcCodeOf } from '../public-error.ts'
import type { ApiRouter } from '../trpc.ts'
import type { CallProcedure } from './call.ts'
import { mapProcedures, withMiddlewares } from './map-procedures.ts'

/**
 * The same router, in which whatever formats an error (the router's formatter, the `.errors()` of a chain) sees
 * it with its public message and without a stack. What was thrown stays its `cause`, and the log has all of it.
 */
export function withPublicErrors(router: ApiRouter): ApiRouter {
  const { _config: config } = router._def
  const { errorFormatter: format } = config
  const errorFormatter: typeof format = (options) => {
    const error = publicView(options.error)
    const shape = getDefaultErrorShape({ error, path: options.path, isDev: false })
    return format({ ...options, error, shape })
  }
  return mapProcedures(router, withPublicChain, { ...config, isDev: false, errorFormatter })
}

function withPublicChain(procedure: AnyProcedure & CallProcedure): CallProcedure {
  const { middlewares } = procedure._def as unknown as { middlewares: AnyMiddlewareFunction[] }
  if (!middlewares.some(isFormatter)) return procedure
  return withMiddlewares(procedure, (given) =>
    isFormatter(given) ? withPublicError(given) : given,
  )
}

const isFormatter = ({ _type }: AnyMiddlewareFunction) => _type === 'errors'

function withPublicError(format: AnyMiddlewareFunction): AnyMiddlewareFunction {
  return async (options) => {
    const next = async (...changes: []) => {
      const result = await options.next(...changes)
      return result.ok
        ? { ...result, data: mapErrors(result.data, publicView) }
        : { ...result, error: publicView(result.error) }
    }
    const result = await format(Object.assign({}, options, { next }))
    return result.ok
      ? { ...result, data: mapErrors(result.data, originalOf) }
      : { ...result, error: originalOf(result.error) }
  }
}

/** The error without what only the log may have. */
function publicView(thrown: unknown): TRPCError {
  const error = getTRPCErrorFromUnknown(thrown)
  return Object.create(error, {
    message: { value: toPublicError(error).message },
    code: { value: trpcCodeOf(error) },
    stack: { value: undefined },
  }) as TRPCError
}

/** The error behind a view, with the shape that the view was given. */
function originalOf(view: unknown): TRPCError {
  const error = Object.getPrototypeOf(view) as TRPCError
  const shape = getFormattedErrorShape(view as TRPCError)
  if (shape) setFormattedErrorShape(error, shape)
  return error
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
