import type { PublicError } from '../errors/public-error.ts'
import { createCall } from '../procedures/call.ts'
import type { Deadlines } from '../procedures/deadlines.ts'
import { settleInTime } from '../procedures/settle-in-time.ts'
import type { HybridRequest } from '../request.ts'
import { isAsyncIterable } from '../trpc/internals.ts'
import type { Tool } from './tools.ts'

/** What a call of a tool gives: `CallToolResult` of the protocol. */
export interface ToolResult {
  readonly content: { readonly type: 'text'; readonly text: string }[]
  readonly structuredContent?: Record<string, unknown>
  readonly isError?: true
  readonly [other: string]: unknown
}

/** What a client calls a tool with. */
export interface CallParams {
  readonly name: string
  readonly arguments?: Readonly<Record<string, unknown>> | undefined
}

interface ToolCall {
  readonly request: HybridRequest
  readonly ctx: object
  readonly args: CallParams['arguments']
  readonly deadlines: Deadlines
}

/** Calls the procedure with all of its chain. Rejects with what it throws, and when it takes too long. */
export function callTool(tool: Tool, call: ToolCall): Promise<ToolResult> {
  const { name: path, procedure } = tool
  const { request, ctx, args, deadlines } = call
  const { type } = procedure._def
  const getRawInput = () => Promise.resolve(inputOf(tool, args))
  return settleInTime({ deadlines, request, path }, async () => {
    const made = createCall(request, { ctx, getRawInput, path, type, batchIndex: 0 })
    return resultOf(tool, await procedure(made))
  })
}

/** Clients send an empty object where there is nothing to say, or nothing. */
function inputOf({ input }: Tool, args: ToolCall['args']): unknown {
  if (!input) return undefined
  return args ?? (input.optional ? undefined : {})
}

function resultOf({ empty, listing }: Tool, data: unknown): ToolResult {
  if (empty) return { content: [] }
  if (isAsyncIterable(data)) throw new Error('A tool gives one value, and this one gave a stream')
  const text = textOf(data)
  const content: ToolResult['content'] = [{ type: 'text', text }]
  if (!listing.outputSchema) return { content }
  return { content, structuredContent: JSON.parse(text) as Record<string, unknown> }
}

/** A text as it is, since a model reads it; anything else as over REST. */
function textOf(data: unknown): string {
  if (typeof data === 'string') return data
  return data === undefined ? 'null' : JSON.stringify(data)
}

/** What a model is told of an error, so that it can do better. */
export function errorResult({ message, issues = [] }: PublicError): ToolResult {
  const lines = issues.map(({ path, message }) => `- ${path.join('.') || 'input'}: ${message}`)
  return { content: [{ type: 'text', text: [message, ...lines].join('\n') }], isError: true }
}
