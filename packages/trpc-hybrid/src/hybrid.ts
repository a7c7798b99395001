import type { AnyRouter, inferRouterContext } from '@trpc/server'
import { TRPCError } from '@trpc/server'
import type { Answer } from './answer.ts'
import { answerError, type ErrorHeaders, type ErrorOptions } from './errors/answer-error.ts'
import type { OnError } from './errors/faults.ts'
import { createJudge } from './errors/public-error.ts'
import { withPublicErrors } from './errors/public-errors.ts'
import { RouterError } from './errors/router-error.ts'
import { describeApi, type DescribeOptions } from './openapi/description.ts'
import type { OpenApiDocument, OpenApiInfo, SecurityScheme } from './openapi/document.ts'
import { describeGuard } from './openapi/security.ts'
import { restOperations, type RestOperation } from './procedures/operations.ts'
import { isAtOrBelow } from './procedures/path-template.ts'
import { withFastProcedures } from './procedures/run-chain.ts'
import { createRest } from './rest/rest.ts'
import type { Route } from './route.ts'
import { createRpc } from './rpc/rpc.ts'

export interface HybridLimits {
  /** The most bytes of a body: 100 KiB unless it is said. */
  readonly bodyBytes?: number
  /** The most calls of a batch: 10 unless it is said. */
  readonly batch?: number
}

export interface HybridOptions<Router extends AnyRouter> {
  readonly router: Router
  /** What the OpenAPI document says of the API. */
  readonly info: OpenApiInfo
  /** Where tRPC is served: `/trpc` unless it is said. */
  readonly rpcPath?: string
  /** Put before the path of every `openapi` meta: nothing unless it is said. */
  readonly restPath?: string
  /**
   * Whether clients are told the message of a plain `TRPCError` of 4xx, `false` unless it is said. Those of 5xx
   * are never told.
   */
  readonly exposeTrpcMessages?: boolean
  /** `own`: over RPC, the message of a failed input is what tRPC makes of it. */
  readonly rpcErrors?: 'public' | 'own'
  /** Schemes of OpenAPI by the names that guards give: `bearer` unless it is said. */
  readonly securitySchemes?: Readonly<Record<string, SecurityScheme>>
  readonly limits?: HybridLimits
  /** Headers of an error besides its own, such as a challenge that names this server. */
  readonly errorHeaders?: ErrorHeaders
  /** Told of every error that a client gets, once for each call of a batch. */
  readonly onError?: OnError
  /** Paths of the server itself, which a procedure must neither hide nor be hidden by. */
  readonly ownPaths?: readonly string[]
}

/** Parts of a description that differ from what `createHybrid` was given. */
export interface DescriptionChanges extends Partial<Omit<DescribeOptions, 'info'>> {
  readonly info?: OpenApiInfo
  /** Which procedures it has: those for which this is true. */
  readonly filter?: (path: string, procedure: RestOperation['procedure']) => boolean
}

/** A router as RPC, REST and OpenAPI. An adapter serves it: `trpc-hybrid/node`, `/fetch` or `/fastify`. */
export interface Hybrid<Context = object> {
  /** The OpenAPI 3.1 document, made when it is first asked for. */
  readonly document: OpenApiDocument
  /** Another document of the same router. */
  readonly describe: (changes?: DescriptionChanges) => OpenApiDocument
  /** The procedures that have a REST route. */
  readonly operations: readonly RestOperation[]
  /** The router as it is served: the given one is left as it was. */
  readonly router: AnyRouter
  /** What serves a request; `undefined` where no procedure is. @param path percent-encoded, without its query */
  readonly find: (method: string, path: string) => Route | undefined
  /** The answer to an error that belongs to no route. */
  readonly refuse: (error: unknown, ctx?: object) => Answer
  /** Only a type: what an adapter's `createContext` must give. */
  readonly Context?: Context
}

const DEFAULT_LIMITS = { bodyBytes: 100 * 1024, batch: 10 }
const DEFAULT_SCHEMES: Readonly<Record<string, SecurityScheme>> = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An access token (RFC 6750).' },
}
const NOTHING_AROUND = { headers: {}, responses: {}, components: { headers: {}, responses: {} } }

/**
 * Makes of a tRPC router what serves it as RPC, as plain REST and as an OpenAPI document. The router itself is
 * left as it was. Lazy routers are loaded first: `createHybrid({ router: await loadRouter(router), … })`.
 *
 * @throws {RouterError} with every procedure that can't be served or described, by name
 */
export function createHybrid<Router extends AnyRouter>(
  options: HybridOptions<Router>,
): Hybrid<inferRouterContext<Router>> {
  const { rpcPath = '/trpc', restPath = '', ownPaths = [] } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const judge = createJudge({ exposeTrpcMessages: options.exposeTrpcMessages ?? false })
  const errors: ErrorOptions = {
    judge,
    errorHeaders: options.errorHeaders ?? (() => undefined),
    onError: options.onError ?? (() => undefined),
  }
  requireLoaded(options.router)
  const { rpcErrors = 'public' } = options
  const router = withFastProcedures(withPublicErrors(options.router, { judge, rpcErrors }))
  const operations = restOperations(router, { restPath, ownPaths: [...ownPaths, rpcPath] })
  const findRest = createRest({ ...errors, operations, maxBodyBytes: limits.bodyBytes })
  const findRpc = createRpc({
    ...errors,
    router,
    path: rpcPath,
    maxBodyBytes: limits.bodyBytes,
    maxBatchSize: limits.batch,
  })

  const describe = ({ filter, ...changes }: DescriptionChanges = {}) => {
    const described = filter
      ? operations.filter(({ name, procedure }) => filter(name, procedure))
      : operations
    return describeApi(described, {
      info: options.info,
      securitySchemes: options.securitySchemes ?? DEFAULT_SCHEMES,
      alternatives: {},
      describeGuard,
      surroundings: NOTHING_AROUND,
      ...changes,
    })
  }
  let document: OpenApiDocument | undefined

  return {
    get document() {
      return (document ??= describe())
    },
    describe,
    operations,
    router,
    find: (method, path) =>
      isAtOrBelow(path, rpcPath) ? findRpc(method, path) : findRest(method, path),
    refuse: (error, ctx) => answerError(error, { ctx }, errors),
  }
}

export const notFound = () => new TRPCError({ code: 'NOT_FOUND' })

function requireLoaded(router: AnyRouter): void {
  const paths = Object.keys(router._def.lazy)
  if (paths.length === 0) return
  throw new RouterError(
    paths.map((path) => `${path}: it is lazy and not loaded: pass await loadRouter(router)`),
  )
}
