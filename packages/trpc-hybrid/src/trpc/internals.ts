import type { TRPCDefaultErrorShape, TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import * as core from '@trpc/server/unstable-core-do-not-import'
import type { PathSeparator } from '@trpc/server/unstable-core-do-not-import'

// All that is used of tRPC without being its public API, in one place. What older versions of tRPC 11 lack stands
// below, as those versions behave. `test/matrix/trpc-versions.test.ts` runs the package with the oldest and the
// newest that its peer range names.

export {
  createBuilder,
  createRouterFactory,
  defaultTransformer,
  getErrorShape,
  getParseFn,
  isAsyncIterable,
  isObject,
  isPromise,
  middlewareMarker,
} from '@trpc/server/unstable-core-do-not-import'
export type {
  AnyMiddlewareFunction,
  MiddlewareResult,
  Parser,
  PathSeparator,
} from '@trpc/server/unstable-core-do-not-import'

type Core = typeof core
const newer: Partial<Core> = core

/** The shape of an error before any formatter. */
export const getDefaultErrorShape: Core['getDefaultErrorShape'] =
  newer.getDefaultErrorShape ?? defaultErrorShape

/** What the `.errors()` of a chain made of an error: nothing in versions that have no `.errors()`. */
export const getFormattedErrorShape: Core['getFormattedErrorShape'] =
  newer.getFormattedErrorShape ?? (() => undefined)

export const setFormattedErrorShape: Core['setFormattedErrorShape'] =
  newer.setFormattedErrorShape ?? (() => undefined)

/** The path of a procedure in a URL, as its path in the router: the same before there were separators. */
export const urlPathToProcedurePath: (path: string, separator: PathSeparator) => string =
  newer.urlPathToProcedurePath ?? ((path) => path)

function defaultErrorShape({
  error,
  path,
}: {
  readonly error: TRPCError
  readonly path?: string | undefined
}): TRPCDefaultErrorShape {
  const { message, code } = error
  return {
    message,
    code: TRPC_ERROR_CODES_BY_KEY[code],
    data: {
      code,
      httpStatus: getHTTPStatusCodeFromError(error),
      ...(typeof path === 'string' && { path }),
    },
  }
}
