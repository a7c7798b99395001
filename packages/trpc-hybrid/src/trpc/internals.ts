/**
 * All that is used of tRPC without being its public API, in one place. `test/matrix` runs the package with the
 * oldest and the newest tRPC that its peer range names.
 */
export {
  createBuilder,
  createRouterFactory,
  defaultTransformer,
  getDefaultErrorShape,
  getErrorShape,
  getFormattedErrorShape,
  getParseFn,
  isAsyncIterable,
  isObject,
  isPromise,
  middlewareMarker,
  setFormattedErrorShape,
  urlPathToProcedurePath,
} from '@trpc/server/unstable-core-do-not-import'
export type {
  AnyMiddlewareFunction,
  MiddlewareResult,
  Parser,
  PathSeparator,
} from '@trpc/server/unstable-core-do-not-import'
