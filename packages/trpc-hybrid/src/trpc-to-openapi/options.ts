import type { AnyRouter, inferRouterContext, ProcedureType, TRPCError } from '@trpc/server'
import type { RestMeta, RestMethod } from '../procedures/meta.ts'

/** trpc-to-openapi's, with what the meta of trpc-hybrid has besides. */
export type OpenApiMeta<TMeta = Record<string, unknown>> = TMeta & { openapi?: RestMeta }
export type OpenApiMethod = RestMethod
export type OpenApiRouter = AnyRouter

export interface OpenApiErrorResponse {
  message: string
  code: TRPCError['code']
  issues?: unknown[]
}

/** What `responseMeta` may change of an answer. */
export interface ResponseMeta {
  status?: number
  headers?: Headers | Record<string, string | string[] | undefined>
}

interface Called<TRouter extends AnyRouter> {
  type: ProcedureType | 'unknown'
  ctx: inferRouterContext<TRouter> | undefined
}

export interface OpenApiOptions<TRouter extends AnyRouter, Given, Req> {
  router: TRouter
  createContext?: (
    given: Given,
  ) => inferRouterContext<TRouter> | Promise<inferRouterContext<TRouter>>
  responseMeta?: (
    answered: Called<TRouter> & {
      paths: readonly string[] | undefined
      data: unknown[]
      errors: TRPCError[]
      eagerGeneration: true
    },
  ) => ResponseMeta
  onError?: (
    failed: Called<TRouter> & {
      error: TRPCError
      path: string | undefined
      input: undefined
      req: Req
    },
  ) => void
  /** Bytes: 100,000 unless it is said. */
  maxBodySize?: number
}
