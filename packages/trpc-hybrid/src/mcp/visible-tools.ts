import type { ErrorOptions } from '../errors/answer-error.ts'
import type { HybridRequest } from '../request.ts'
import type { Tool } from './tools.ts'

export interface Caller {
  readonly request: HybridRequest
  readonly ctx: object
}

/**
 * Makes what finds the tools that a caller may call, in their order, by the guards of their chains: what a guard
 * needs of another kind of middleware is not there. Rejects where the caller's credentials are refused, and
 * where there are none but every tool needs some.
 */
export function createVisibleTools(
  tools: readonly Tool[],
  { judge, onError }: Pick<ErrorOptions, 'judge' | 'onError'>,
): (caller: Caller) => Promise<readonly Tool[]> {
  const known = [...new Set(tools.flatMap(({ checks }) => checks))]
  /** The same of all tools whose guards are the same: they are asked once. */
  const chainOf = ({ checks }: Tool) => checks.map((check) => known.indexOf(check)).join()
  const chained = tools.map((tool) => ({ tool, chain: chainOf(tool) }))

  /** @returns `undefined` where it may call it */
  async function refusalOf({ checks, name }: Tool, { request, ctx }: Caller) {
    try {
      await passAll(checks, ctx)
      return undefined
    } catch (thrown) {
      const error = judge(thrown)
      const { status } = error
      const isAnonymous = request.header('authorization') === undefined
      if (status === 500) onError({ error, path: name, request, ctx })
      else if (status !== 403 && !(status === 401 && isAnonymous)) throw thrown
      return { status, thrown }
    }
  }

  return async (caller) => {
    const refusals = new Map<string, Awaited<ReturnType<typeof refusalOf>>>()
    for (const { tool, chain } of chained) {
      if (!refusals.has(chain)) refusals.set(chain, await refusalOf(tool, caller))
    }
    const visible = chained.filter(({ chain }) => !refusals.get(chain)).map(({ tool }) => tool)
    const missing = [...refusals.values()].find((refusal) => refusal?.status === 401)
    if (visible.length === 0 && missing) throw missing.thrown
    return visible
  }
}

async function passAll(checks: Tool['checks'], given: object): Promise<void> {
  let ctx = given
  for (const check of checks) ctx = Object.assign({}, ctx, await check(ctx as never))
}
