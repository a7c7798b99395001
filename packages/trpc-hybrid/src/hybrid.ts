import type { AnyRouter, inferRouterContext } from '@trpc/server'
import { describeApi, type DescribeOptions } from './openapi/description.ts'
import type { OpenApiDocument, OpenApiInfo } from './openapi/document.ts'
import { DEFAULT_SCHEMES, describeGuard } from './openapi/security.ts'
import type { RestOperation } from './procedures/operations.ts'
import { createRoutes, type Routes, type RoutesOptions } from './routes.ts'

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
export interface Hybrid<Context = object> extends Routes {
  /** The OpenAPI 3.1 document, made when it is first asked for. */
  readonly document: OpenApiDocument
  /** Another document of the same router. */
  readonly describe: (changes?: DescriptionChanges) => OpenApiDocument
  /** Only a type: what an adapter's `createContext` must give. */
  readonly Context?: Context
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
  const routes = createRoutes(options)
  const { operations } = routes

  const describe = ({ filter, ...changes }: DescriptionChanges = {}) => {
    const described = filter
      ? operations.filter(({ name, procedure }) => filter(name, procedure))
      : operations
    return describeApi(described, {
      info,
      securitySchemes,
      alternatives: {},
      describeGuard,
      surroundings: NOTHING_AROUND,
      ...changes,
    })
  }
  let document: OpenApiDocument | undefined

  return {
    ...routes,
    describe,
    get document() {
      return (document ??= describe())
    },
  }
}
