import type { ErrorOptions } from '../errors/answer-error.ts'
import type { HybridRequest } from '../request.ts'
import type { Tool } from './tools.ts'

interface Caller {
  readonly request: HybridRequest
  readonly ctx: object
}

/** Tools that ask the same of their caller. */
type Group = Pick<Tool, 'checks'> & { readonly tools: Tool[] }

/**
 * Makes what finds the tools that a caller may call, in their order, by the guards of their chains: what a guard
 * needs of another kind of middleware is not there. Rejects where the caller's credentials are refused, and
 * where there are none but every tool needs some.
 */
export function createVisibleTools(
  tools: readonly Tool[],
  { judge, onError }: Pick<ErrorOptions, 'judge' | 'onError'>,
): (caller: Caller) => Promise<readonly Tool[]> {
  const groups = groupsOf(tools)
  const isAnonymous = ({ request }: Caller) => request.header('authorization') === undefined

  /** @returns why not; `undefined` where it may */
  async function refusalOf({ checks, tools }: Group, caller: Caller): Promise<unknown> {
    const { request, ctx } = caller
    try {
      await passAll(checks, ctx)
      return undefined
    } catch (thrown) {
      const error = judge(thrown)
      const { status } = error
      if (status === 500) onError({ error, path: tools[0]?.name, request, ctx })
      else if (status !== 403 && !(status === 401 && isAnonymous(caller))) throw thrown
      return thrown
    }
  }

  return async (caller) => {
    const visible = new Set<Tool>()
    let missing: unknown
    for (const group of groups) {
      const refusal = await refusalOf(group, caller)
      if (refusal === undefined) for (const tool of group.tools) visible.add(tool)
      else if (judge(refusal).status === 401) missing = refusal
    }
    if (visible.size === 0 && missing !== undefined) throw missing as Error
    return tools.filter((tool) => visible.has(tool))
  }
}

function groupsOf(tools: readonly Tool[]): readonly Group[] {
  const groups: Group[] = []
  for (const tool of tools) {
    const { checks } = tool
    const same = groups.find((group) => isSame(group.checks, checks))
    if (same) same.tools.push(tool)
    else groups.push({ checks, tools: [tool] })
  }
  return groups
}

const isSame = (one: Tool['checks'], other: Tool['checks']) =>
  one.length === other.length && one.every((check, at) => check === other[at])

async function passAll(checks: Tool['checks'], given: object): Promise<void> {
  let ctx = given
  for (const check of checks) ctx = Object.assign({}, ctx, await check(ctx as never))
}
