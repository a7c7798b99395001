import type { AnyProcedure, AnyRouter } from '@trpc/server'
import type { ErrorOptions } from '../errors/answer-error.ts'
import { Unfit, type Problems } from '../errors/router-error.ts'
import type { Guard } from '../guard.ts'
import type { CallProcedure } from '../procedures/call.ts'
import type { Deadlines } from '../procedures/deadlines.ts'
import { takesFile } from '../procedures/file-inputs.ts'
import type { InputObject } from '../procedures/inputs.ts'
import type { HybridMeta, RestMeta, ToolAnnotations, ToolMeta } from '../procedures/meta.ts'
import { answerOf, inputOf, type OperationOptions } from '../procedures/operations.ts'
import { describeArguments, describeResult, type ObjectSchema } from './tool-schemas.ts'

/** A procedure as clients of the Model Context Protocol are told of it: `Tool` of its schema. */
export interface ToolListing {
  readonly name: string
  readonly title?: string
  readonly description: string
  readonly inputSchema: ObjectSchema
  readonly outputSchema?: ObjectSchema
  readonly annotations: ToolAnnotations
}

/** A procedure that is a tool. */
export interface Tool {
  /** The procedure's path in the router, such as `messages.public`. */
  readonly name: string
  readonly listing: ToolListing
  /** `undefined` for a procedure that takes none. */
  readonly input: InputObject | undefined
  /** Whether it gives nothing. */
  readonly empty: boolean
  /** What the guards of its chain ask, in their order. */
  readonly checks: readonly Guard['check'][]
  readonly procedure: AnyProcedure & CallProcedure
}

/** What `trpc-hybrid/mcp` serves, and how. */
export interface ToolSource {
  /** Where: `/mcp` unless it is said. */
  readonly path: string
  readonly tools: readonly Tool[]
  readonly errors: ErrorOptions
  readonly deadlines: Deadlines
  readonly maxBodyBytes: number
}

type ToolOptions = Pick<OperationOptions, 'problems' | 'given' | 'missingOutput'>

/** Whether a procedure asks to be a tool. */
export const isTool = ({ _def }: AnyProcedure): boolean =>
  Boolean((_def.meta as HybridMeta | undefined)?.mcp)

export const hasTools = ({ _def }: AnyRouter): boolean =>
  Object.values(_def.procedures as Record<string, AnyProcedure>).some(isTool)

/** The procedures of a router that are tools. What can't be one as its meta says is a problem, and left out. */
export function toolsOf(router: AnyRouter, options: ToolOptions): readonly Tool[] {
  const procedures = router._def.procedures as Record<string, AnyProcedure & CallProcedure>
  const asked = Object.entries(procedures).filter(([, procedure]) => isTool(procedure))
  const named = asked.map(([name, procedure]) => ({ name, procedure }))
  const tools = options.problems.collect(named, (one) => toolOf(one, options))
  return withoutTwins(tools, options.problems)
}

interface Named {
  readonly name: string
  readonly procedure: AnyProcedure & CallProcedure
}

function toolOf({ name, procedure }: Named, options: ToolOptions): Tool {
  const { mcp, openapi } = procedure._def.meta as HybridMeta
  if ((procedure._def.type as string) === 'subscription') {
    throw new Unfit('a subscription is no tool: take `mcp` out of its meta')
  }
  const input = inputOf(procedure)
  if (takesFile(procedure)) {
    throw new Unfit('its input holds a file, which no tool is given: take `mcp` out of its meta')
  }
  const { output, fileType, empty } = answerOf({ meta: openapi ?? NO_ROUTE, procedure }, options)
  if (fileType !== undefined) {
    throw new Unfit('its output is a file, which a tool has not: take `mcp` out of its meta')
  }
  const inputSchema = describeArguments(name, input)
  const outputSchema = empty ? undefined : describeResult(name, output)
  const about = typeof mcp === 'object' ? mcp : {}
  return {
    name,
    listing: {
      ...describe({ name, procedure }, about, openapi),
      inputSchema,
      ...(outputSchema && { outputSchema }),
      annotations: { ...hintsOf(procedure, openapi), ...about.annotations },
    },
    input,
    empty,
    checks: checksOf(options.given[name] ?? procedure),
    procedure,
  }
}

/** In place of an `openapi` meta. */
const NO_ROUTE: RestMeta = { method: 'POST', path: '/' }

/** Those that every client takes. */
const NAME = /^[\w-]{1,128}$/

function describe({ name: path, procedure }: Named, about: ToolMeta, openapi?: RestMeta) {
  const { name = path.replaceAll(/[^\w-]/g, '_'), title = openapi?.summary } = about
  const { description = openapi?.description ?? title ?? `The ${procedure._def.type} ${path}` } =
    about
  if (!NAME.test(name)) {
    throw new Unfit(
      `its tool name is ${JSON.stringify(name)}: write 1 to 128 letters, digits, _ and - into its mcp meta`,
    )
  }
  return { name, ...(title !== undefined && { title }), description }
}

function hintsOf({ _def }: AnyProcedure, openapi: RestMeta | undefined): ToolAnnotations {
  if ((_def.type as string) === 'query') return { readOnlyHint: true }
  if (openapi?.method === 'DELETE') return { readOnlyHint: false, destructiveHint: true }
  if (openapi?.method === 'PUT') return { readOnlyHint: false, idempotentHint: true }
  return { readOnlyHint: false }
}

function checksOf({ _def }: AnyProcedure): Guard['check'][] {
  // tRPC keeps the chain here at run time but leaves it out of the type.
  const { middlewares } = _def as unknown as { middlewares: (object | Guard)[] }
  return middlewares.flatMap((middleware) => ('check' in middleware ? [middleware.check] : []))
}

function withoutTwins(tools: readonly Tool[], problems: Problems): Tool[] {
  const taken = new Map<string, string>()
  return tools.filter((tool) => {
    const { name } = tool.listing
    const other = taken.get(name)
    if (other === undefined) taken.set(name, tool.name)
    else
      problems.add(
        tool,
        `its tool name ${name} is that of ${other}: write another into its mcp meta`,
      )
    return other === undefined
  })
}
