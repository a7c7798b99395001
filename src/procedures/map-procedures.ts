import type { AnyProcedure } from '@trpc/server'
import { createRouterFactory } from '@trpc/server/unstable-core-do-not-import'
import type { ApiRouter } from '../trpc.ts'
import type { CallProcedure } from './call.ts'

/** The same router, in which `change` has made another function of each procedure. */
export function mapProcedures(
  router: ApiRouter,
  change: (procedure: AnyProcedure & CallProcedure) => CallProcedure,
): ApiRouter {
  type Tree = { [name: string]: Tree | (AnyProcedure & CallProcedure) }
  const walk = (tree: Tree): Tree =>
    Object.fromEntries(
      Object.entries(tree).map(([name, node]) => [
        name,
        typeof node === 'function' ? Object.assign(change(node), node) : walk(node),
      ]),
    )
  const { record, _config } = router._def
  return createRouterFactory(_config)(walk(record as Tree))
}
