import type { AnyProcedure } from '@trpc/server'
import {
  createBuilder,
  createRouterFactory,
  type AnyMiddlewareFunction,
} from '../trpc/internals.ts'
import type { AnyRouter } from '@trpc/server'
import type { CallProcedure } from './call.ts'

/** The same router, in which `change` has replaced each procedure by another function or procedure. */
export function mapProcedures(
  router: AnyRouter,
  change: (procedure: AnyProcedure & CallProcedure) => CallProcedure,
  config: AnyRouter['_def']['_config'] = router._def._config,
): AnyRouter {
  type Tree = { [name: string]: Tree | (AnyProcedure & CallProcedure) }
  const walk = (tree: Tree): Tree =>
    Object.fromEntries(
      Object.entries(tree).map(([name, node]) => [
        name,
        typeof node === 'function' ? toProcedure(change(node), node) : walk(node),
      ]),
    )
  return createRouterFactory(config)(walk(router._def.record as Tree))
}

/** A plain function is given the properties of the procedure that it replaces. */
function toProcedure(
  changed: CallProcedure,
  procedure: AnyProcedure,
): AnyProcedure & CallProcedure {
  return '_def' in changed
    ? (changed as AnyProcedure & CallProcedure)
    : Object.assign(changed, procedure)
}

/** tRPC keeps these here at run time but leaves them out of the type. */
interface Definition {
  readonly type: 'query' | 'mutation' | 'subscription'
  readonly middlewares: readonly AnyMiddlewareFunction[]
  readonly resolver: unknown
}

type Procedure = AnyProcedure & CallProcedure
type Builder = Record<Definition['type'], (resolver: unknown) => Procedure>

/**
 * The same procedure, in whose chain `change` has replaced each middleware. tRPC builds it when it is called, which
 * it is not where the chain is run in our own way: of a thousand procedures that would take a tenth of a start.
 */
export function withMiddlewares(
  procedure: AnyProcedure,
  change: (middleware: AnyMiddlewareFunction) => AnyMiddlewareFunction,
): Procedure {
  const { middlewares, type, resolver } = procedure._def as unknown as Definition
  const changed = middlewares.slice(0, -1).map(change)
  const resolve = middlewares.slice(-1)
  const build = () => {
    const builder = createBuilder({ ...procedure._def, middlewares: changed })
    return (builder as unknown as Builder)[type](resolver)
  }
  let built: Procedure | undefined
  const call: CallProcedure = (options) => (built ??= build())(options)
  const chain = { ...procedure._def, middlewares: [...changed, ...resolve] }
  return Object.assign(call, procedure, { _def: chain })
}
