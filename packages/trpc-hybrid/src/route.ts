import { TRPCError } from '@trpc/server'
import type { Answer } from './answer.ts'
import type { HybridRequest } from './request.ts'

/** What serves a request, found by its method and path. */
export interface Route {
  /** For logs and metrics: the template of a path, such as `/reports/{id}`, or `/trpc/reports.byId`. */
  readonly template: string | undefined
  /** The methods that are served here, where that of the request is not: `serve` answers 405 then. */
  readonly allow: readonly string[] | undefined
  /** Whatever goes wrong is answered. Rejects only where the app's own `onError` or `errorHeaders` throw. */
  readonly serve: (request: HybridRequest, ctx: object) => Promise<Answer>
  /** The answer to an error in front of the procedure, such as one of `createContext`. */
  readonly refuse: (error: unknown, request: HybridRequest, ctx?: object) => Answer
}

/** 405 with `Allow` (RFC 9110 §15.5.6). */
export function refusedMethod({
  template,
  allow,
  refuse,
}: Pick<Route, 'template' | 'refuse'> & { readonly allow: readonly string[] }): Route {
  return {
    template,
    allow,
    refuse,
    serve: (request, ctx) => {
      const error = new TRPCError({ code: 'METHOD_NOT_SUPPORTED' })
      const { headers, ...answer } = refuse(error, request, ctx)
      return Promise.resolve({ ...answer, headers: [...headers, ['allow', allow.join(', ')]] })
    },
  }
}
