import type { AnyRouter, inferRouterContext } from '@trpc/server'
import { describeFit, type DescribeOptions } from './openapi/description.ts'
import type { OpenApiDocument, OpenApiInfo } from './openapi/document.ts'
import { Problems } from './errors/router-error.ts'
import { DEFAULT_SCHEMES, describeGuard } from './openapi/security.ts'
import type { RestOperation } from './procedures/operations.ts'
import { findRoutes, type Routes, type RoutesOptions } from './routes.ts'

export interface HybridOptions<Router extends AnyRouter> extends RoutesOptions<Router> {
  /** What the OpenAPI document says of the API. */
  readonly info: OpenApiInfo
}

/** Parts of a description that differ from what `createHybrid` was given. */
export interface DescriptionChanges extends Partial<DescribeOptions> {
  /** Which procedures it has: those for which this is true. */
  readonly filter?: (path: string, procedure: RestOperation['procedure']) => boolean
}

/** A router as RPC, REST and OpenAPI. An adapter serves it: `trpc-hybrid/node`, `/fetch` or `/fastify`. */
export interface Hybrid<Ctx = object> extends Routes {
  /** The OpenAPI 3.1 document, made when it is first asked for. */
  readonly document: OpenApiDocument
  /** Another document of the same router. */
  readonly describe: (changes?: DescriptionChanges) => OpenApiDocument
  /** What can't be described, by procedure: for a test that expects nothing, since the document is made late. */
  readonly check: () => readonly string[]
  /** Only a type: what an adapter's `createContext` must give. */
  readonly Context?: Ctx
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
  const { info, securitySchemes = DEFAULT_SCHEMES } = options
  const found = new Problems()
  const routes = findRoutes(options, found)
  const { operations } = routes

  const describeWith = (problems: Problems, { filter, ...changes }: DescriptionChanges = {}) => {
    const described = filter
      ? operations.filter(({ name, procedure }) => filter(name, procedure))
      : operations
    const about = { info, securitySchemes, alternatives: {}, describeGuard }
    const all = { ...about, surroundings: NOTHING_AROUND, ...changes }
    return describeFit(described, all, problems)
  }
  if (!found.isEmpty) {
    describeWith(found) // the start fails anyway, so it may take the time to tell all
    found.throwAny()
  }
  const describe = (changes?: DescriptionChanges) => {
    const problems = new Problems()
    const document = describeWith(problems, changes)
    problems.throwAny()
    return document
  }
  let document: OpenApiDocument | undefined

  return {
    ...routes,
    describe,
    check: () => {
      const problems = new Problems()
      describeWith(problems)
      return problems.list
    },
    get document() {
      return (document ??= describe())
    },
  }
}
