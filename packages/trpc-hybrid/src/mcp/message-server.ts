import type { Answer } from '../answer.ts'
import { settleInTime } from '../procedures/settle-in-time.ts'
import { callTool, errorResult, type CallParams, type ToolResult } from './call-tool.ts'
import type { exchangeMessage } from './exchange-messages.ts'
import { isId, type Message } from './message.ts'
import { createPlainAnswers, plainCallIn } from './plain-calls.ts'
import { refuseMessage, rpcError, RPC_CODES } from './rpc-errors.ts'
import type { Tool, ToolListing, ToolSource } from './tools.ts'
import { createVisibleTools, type Caller } from './visible-tools.ts'
import type { McpOptions } from './with-mcp.ts'

/** Methods by which a client learns what there is: where every tool needs a token, they need one too. */
const OPENINGS: readonly unknown[] = ['initialize', 'server/discover']

/** Makes what answers a message with what the tools give, by the official server. */
export function createMessageServer(
  { tools, errors, deadlines, path: template }: ToolSource,
  { name, version, onCall = () => undefined }: McpOptions,
): (message: Message, caller: Caller) => Promise<Answer> {
  const about = { name, version }
  const byName = new Map(tools.map((tool) => [tool.listing.name, tool]))
  const findVisible = createVisibleTools(tools, errors)
  const plainAnswers = createPlainAnswers(about)

  /** The official SDK is loaded with the first message: that takes longer than the rest of a start. */
  let answerBySdk: typeof exchangeMessage | undefined

  async function list(caller: Caller): Promise<ToolListing[]> {
    const { request } = caller
    const work = () => findVisible(caller)
    const visible = await settleInTime({ deadlines, request, path: template }, work)
    return visible.map(({ listing }) => listing)
  }

  /** Rejects with what is to be refused over HTTP. */
  async function call(
    tool: Tool,
    caller: Caller,
    args: CallParams['arguments'],
  ): Promise<ToolResult> {
    const { request, ctx } = caller
    onCall(request, tool.listing.name)
    try {
      return await callTool(tool, { request, ctx, args, deadlines })
    } catch (thrown) {
      const error = errors.judge(thrown)
      const headers = { ...error.headers, ...errors.errorHeaders(error, request) }
      if (error.status === 401 || 'www-authenticate' in headers) throw thrown
      errors.onError({ error, path: tool.name, request, ctx })
      return errorResult(error)
    }
  }

  return async (message, caller) => {
    const { request } = caller
    const id = isId(message?.id) ? message.id : null
    let refusal: Answer | undefined

    /** What the SDK makes of a rejection is not sent. */
    async function orRefuse<T>(work: Promise<T>, path?: string): Promise<T> {
      try {
        return await work
      } catch (thrown) {
        refusal = refuseMessage(thrown, { ...caller, path, id }, errors)
        throw rpcError(RPC_CODES.refused, 'Refused')
      }
    }

    async function exchange(): Promise<Answer> {
      const plain = plainCallIn(message, request)
      const tool = plain && plainAnswers.knows(plain) && byName.get(plain.name)
      if (tool) {
        const result = await orRefuse(call(tool, caller, plain.arguments), tool.name)
        return plainAnswers.answer(plain, result)
      }
      if (OPENINGS.includes(message?.method)) await orRefuse(list(caller))
      answerBySdk ??= (await import('./exchange-messages.ts')).exchangeMessage
      return answerBySdk({
        about,
        message,
        request,
        list: () => orRefuse(list(caller)),
        call: ({ name, arguments: args }) => {
          const tool = byName.get(name)
          if (!tool) throw rpcError(RPC_CODES.params, 'Unknown tool')
          if (plain) plainAnswers.learn(plain)
          return orRefuse(call(tool, caller, args), tool.name)
        },
      })
    }

    try {
      const answer = await exchange()
      return refusal ?? answer
    } catch (thrown) {
      if (refusal) return refusal
      throw thrown
    }
  }
}
