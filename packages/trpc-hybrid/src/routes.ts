import type { AnyProcedure, AnyRouter } from '@trpc/server'
import type { Answer } from './answer.ts'
import { answerError, type ErrorHeaders, type ErrorOptions } from './errors/answer-error.ts'
import type { OnError } from './errors/faults.ts'
import { createJudge } from './errors/public-error.ts'
import { withPublicErrors } from './errors/public-errors.ts'
import { Problems } from './errors/router-error.ts'
import type { SecurityScheme } from './openapi/document.ts'
import { DEFAULT_SCHEMES } from './openapi/security.ts'
import type { SecurityRequirement } from './procedures/guard.ts'
import { restOperations, type DefaultMeta, type RestOperation } from './procedures/operations.ts'
import { isAtOrBelow } from './procedures/path-template.ts'
import { aroundProcedures, type Around } from './procedures/around.ts'
import { createDeadlines, type Deadlines } from './procedures/deadlines.ts'
import { withSentInputs } from './procedures/sent-inputs.ts'
import { withFastProcedures } from './procedures/run-chain.ts'
import { toolsOf, type ToolSource } from './mcp/tools.ts'
import type { HybridRequest } from './request.ts'
import { createRest } from './rest/rest.ts'
import type { Route } from './route.ts'
import { requireNoneInside } from './run-inside.ts'
import { requireCarriable, withoutFiles } from './rpc/file-outputs.ts'
import { createRpc } from './rpc/rpc.ts'
import type { AdmitStream } from './rpc/admit.ts'

export interface HybridLimits {
  /** The most bytes of a body: 100 KiB unless it is said. */
  readonly bodyBytes?: number
  /** The most calls of a batch: 10 unless it is said. */
  readonly batch?: number
}

export interface RoutesOptions<Router extends AnyRouter> {
  readonly router: Router
  /** Where tRPC is served: `/trpc` unless it is said. */
  readonly rpcPath?: string
  /** Where `trpc-hybrid/mcp` serves the procedures that are tools: `/mcp` unless it is said. */
  readonly mcpPath?: string
  /** Put before the path of every `openapi` meta: nothing unless it is said. */
  readonly restPath?: string
  /**
   * Whether clients are told the message of a plain `TRPCError` of 4xx, `false` unless it is said. Those of 5xx
   * are never told.
   */
  readonly exposeTrpcMessages?: boolean
  /** `own`: over RPC, the message of a failed input is what tRPC makes of it. */
  readonly rpcErrors?: 'public' | 'own'
  /** `any`: an output without a schema is described as anything, and not checked. Refused unless it is said. */
  readonly missingOutput?: 'refuse' | 'any'
  /** Gives a query or mutation without `openapi` meta its meta, or `undefined` to leave it to RPC alone. */
  readonly defaultMeta?: DefaultMeta
  /** Schemes of OpenAPI by the names that guards give: `bearer` unless it is said. */
  readonly securitySchemes?: Readonly<Record<string, SecurityScheme>>
  /**
   * What middlewares that are no guards of ours ask for, as OpenAPI's `security`: one of these requirements, with
   * what the guards ask for. `undefined` where they ask for nothing.
   */
  readonly securityOf?: (procedure: AnyProcedure) => readonly SecurityRequirement[] | undefined
  /**
   * Whether `protect: true` is believed where the chain has no guard of ours: such a procedure needs one of the
   * `securitySchemes`. `false` unless it is said.
   */
  readonly trustProtect?: boolean
  readonly limits?: HybridLimits
  /** Headers of an error besides its own, such as a challenge that names this server. */
  readonly errorHeaders?: ErrorHeaders
  /** Told of every error that a client gets, once for each call of a batch. */
  readonly onError?: OnError
  /** What procedures have to settle in: as long as they like unless it is said. */
  readonly deadlines?: Deadlines
  /** The most that passes on a stream without a sign of life, in milliseconds: 15,000 unless it is said. */
  readonly pingMs?: number
  /** Asked before a stream begins: every one may unless it is said. */
  readonly admitStream?: AdmitStream
  /** What every call of a procedure runs in, such as a span of a trace. */
  readonly around?: Around | undefined
  /** Paths of the server itself, which a procedure must neither hide nor be hidden by. */
  readonly ownPaths?: readonly string[]
}

/** What serves a router. */
export interface Routes {
  /** The procedures that have a REST route. */
  readonly operations: readonly RestOperation[]
  /** What `trpc-hybrid/mcp` serves; `undefined` where no procedure asks to be a tool. */
  readonly tools: ToolSource | undefined
  /** The router as it is served: the given one is left as it was. */
  readonly router: AnyRouter
  /** What serves a request; `undefined` where no procedure is. @param path percent-encoded, without its query */
  readonly find: (method: string, path: string) => Route | undefined
  /** The answer to an error that belongs to no route. */
  readonly refuse: (error: unknown, request: HybridRequest) => Answer
}

const DEFAULT_LIMITS = { bodyBytes: 100 * 1024, batch: 10 }
/** Less than any proxy keeps a connection on which nothing happens. */
const PING_MS = 15_000
const NO_DEADLINES = { timeoutMs: Infinity, sweepMs: 1 }

/**
 * @throws {RouterError} with every procedure that can't be served, by name
 */
export function createRoutes<Router extends AnyRouter>(options: RoutesOptions<Router>): Routes {
  const problems = new Problems()
  const routes = findRoutes(options, problems)
  problems.throwAny()
  return routes
}

/** The same for those who have more to check: what can't be served is a problem, and left out. */
export function findRoutes<Router extends AnyRouter>(
  options: RoutesOptions<Router>,
  problems: Problems,
): Routes {
  const { rpcPath = '/trpc', mcpPath = '/mcp', restPath = '', ownPaths = [] } = options
  const { rpcErrors = 'public', missingOutput = 'refuse' } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const judge = createJudge({ exposeTrpcMessages: options.exposeTrpcMessages ?? false })
  const errors: ErrorOptions = {
    judge,
    errorHeaders: options.errorHeaders ?? (() => undefined),
    onError: options.onError ?? (() => undefined),
  }
  requireLoaded(options.router, problems)
  requireNoneInside(options.router, problems)
  const given = withPublicErrors(withSentInputs(options.router, problems), { judge, rpcErrors })
  const fast = withFastProcedures(given)
  const router = options.around ? aroundProcedures(fast, options.around) : fast
  const procedures = options.router._def.procedures as Record<string, AnyProcedure>
  const tools = toolsOf(router, { problems, missingOutput, given: procedures })
  const operations = restOperations(router, {
    problems,
    restPath,
    ownPaths: [...ownPaths, rpcPath, ...(tools.length > 0 ? [mcpPath] : [])],
    given: procedures,
    defaultMeta: options.defaultMeta ?? (() => undefined),
    missingOutput,
    securityOf: options.securityOf ?? (() => undefined),
    trustProtect: options.trustProtect ?? false,
    schemes: Object.keys(options.securitySchemes ?? DEFAULT_SCHEMES),
  })
  requireCarriable(router, { operations, problems })
  const deadlines = options.deadlines ?? createDeadlines(NO_DEADLINES)
  const findRest = createRest({
    ...errors,
    problems,
    operations,
    deadlines,
    maxBodyBytes: limits.bodyBytes,
  })
  const findRpc = createRpc({
    ...errors,
    router: withoutFiles(router, { operations }),
    path: rpcPath,
    ownMaxBytes: maxBytesOf(operations),
    maxBodyBytes: limits.bodyBytes,
    maxBatchSize: limits.batch,
    deadlines,
    pingMs: options.pingMs ?? PING_MS,
    admitStream: options.admitStream ?? (() => Promise.resolve(true)),
  })
  return {
    operations,
    tools:
      tools.length > 0
        ? { path: mcpPath, tools, errors, deadlines, maxBodyBytes: limits.bodyBytes }
        : undefined,
    router,
    find: (method, path) =>
      isAtOrBelow(path, rpcPath) ? findRpc(method, path) : findRest(method, path),
    refuse: (error, request) => answerError(error, { request, ctx: undefined }, errors),
  }
}

const maxBytesOf = (operations: readonly RestOperation[]): ReadonlyMap<string, number> =>
  new Map(
    operations.flatMap(({ name, maxBytes }) => (maxBytes === undefined ? [] : [[name, maxBytes]])),
  )

function requireLoaded(router: AnyRouter, problems: Problems): void {
  for (const name of Object.keys(router._def.lazy)) {
    problems.add({ name }, 'it is lazy and not loaded: pass await loadRouter(router)')
  }
}
