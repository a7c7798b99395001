import type { TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import * as core from '@trpc/server/unstable-core-do-not-import'
import type { DefaultErrorShape, TRPCErrorShape } from '@trpc/server/unstable-core-do-not-import'

// All that is used of tRPC without being its public API, in one place. What older versions of tRPC 11 lack stands
// below, as those versions behave. `test/trpc-versions.test.ts` runs the package with the oldest and the
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
} from '@trpc/server/unstable-core-do-not-import'

export type PathSeparator = '.' | '_' | '~' | '-'

/** Written out, so that an app with an older tRPC can compile against it. */
interface Newer {
  /** The shape of an error before any formatter. */
  readonly getDefaultErrorShape: (given: {
    readonly error: TRPCError
    readonly path: string | undefined
    readonly isDev: boolean
  }) => DefaultErrorShape
  /** What the `.errors()` of a chain made of an error: nothing in versions that have no `.errors()`. */
  readonly getFormattedErrorShape: (error: TRPCError) => TRPCErrorShape | undefined
  readonly setFormattedErrorShape: (error: TRPCError, shape: TRPCErrorShape) => void
  /** The path of a procedure in a URL, as its path in the router: the same before there were separators. */
  readonly urlPathToProcedurePath: (path: string, separator: PathSeparator) => string
}

const older: Newer = {
  getDefaultErrorShape: defaultErrorShape,
  getFormattedErrorShape: () => undefined,
  setFormattedErrorShape: () => undefined,
  urlPathToProcedurePath: (path) => path,
}
const newer: Partial<Newer> = core

export const {
  getDefaultErrorShape,
  getFormattedErrorShape,
  setFormattedErrorShape,
  urlPathToProcedurePath,
}: Newer = { ...older, ...newer }

function defaultErrorShape({
  error,
  path,
}: {
  readonly error: TRPCError
  readonly path?: string | undefined
}): DefaultErrorShape {
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
