import type { AnyProcedure, AnyRouter } from '@trpc/server'
import type { OpenApiMeta, OpenApiMethod } from 'trpc-openapi'

/** One procedure as REST sees it: what its `openapi` meta declares. */
export interface RestOperation {
  /** The procedure's path in the router, such as `messages.public`. */
  readonly name: string
  readonly method: OpenApiMethod
  readonly path: string
  readonly procedure: AnyProcedure
}

/** The procedures of a router that are REST operations too, in the order they are defined. */
export function restOperations(router: AnyRouter): RestOperation[] {
  return Object.entries(router._def.procedures as Record<string, AnyProcedure>).flatMap(
    ([name, procedure]) => {
      const { openapi } = (procedure._def.meta ?? {}) as OpenApiMeta
      return openapi ? [{ name, method: openapi.method, path: openapi.path, procedure }] : []
    },
  )
}
