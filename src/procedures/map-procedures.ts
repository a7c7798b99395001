import type { AnyProcedure, ProcedureType } from '@trpc/server'
import { router as createRouter, type ApiRouter } from '../trpc.ts'

/** What a procedure is called with: its path and type, its context, its input, and what tRPC adds. */
export interface Call {
  readonly path: string
  readonly type: ProcedureType
  readonly ctx: object
  readonly input?: unknown
  readonly getRawInput: () => Promise<unknown>
}

export type CallProcedure = (call: Call) => Promise<unknown>

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
  const { record } = router._def as unknown as { record: Tree }
  return createRouter(walk(record) as Parameters<typeof createRouter>[0])
}
