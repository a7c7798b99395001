import { getTRPCErrorFromUnknown, type AnyProcedure, type TRPCError } from '@trpc/server'
import { isObservable, observable } from '@trpc/server/observable'
import {
  createBuilder,
  getDefaultErrorShape,
  getFormattedErrorShape,
  isAsyncIterable,
  setFormattedErrorShape,
  type AnyMiddlewareFunction,
} from '@trpc/server/unstable-core-do-not-import'
import { toPublicError, trpcCodeOf } from '../public-error.ts'
import type { ApiRouter } from '../../../../src/trpc.ts'
import type { CallProcedure } from './call.ts'
import { mapProcedures } from './map-procedures.ts'

/** tRPC keeps these here at run time but leaves them out of the type. */
interface Definition {
  readonly type: 'query' | 'mutation' | 'subscription'
  readonly middlewares: readonly AnyMiddlewareFunction[]
  readonly resolver: unknown
}

type Builder = Record<Definition['type'], (resolver: unknown) => CallProcedure>

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
  const { middlewares, type, resolver } = procedure._def as unknown as Definition
  if (!middlewares.some(isFormatter)) return procedure
  const changed = middlewares.map((given) => (isFormatter(given) ? withPublicError(given) : given))
  const chain = { ...procedure._def, middlewares: changed.slice(0, -1) } // the last is the resolver
  const builder = createBuilder(chain) as unknown as Builder
  return builder[type](resolver)
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
