import type { Answer } from '../answer.ts'
import { settleInTime } from '../procedures/settle-in-time.ts'
import type { HybridRequest } from '../request.ts'
import { callTool, errorResult, type CallParams, type ToolResult } from './call-tool.ts'
import type { exchangeMessage } from './exchange-messages.ts'
import { idOf, methodOf, type MessageId } from './message.ts'
import { createPlainAnswers, plainCallIn } from './plain-calls.ts'
import { refuseMessage, rpcError, RPC_CODES, withPlainError } from './rpc-errors.ts'
import type { ToolListing, ToolSource } from './tools.ts'
import { createVisibleTools } from './visible-tools.ts'
import type { McpOptions } from './with-mcp.ts'

/** A message on its way, and why it is refused over HTTP where it is. */
interface Exchange {
  readonly request: HybridRequest
  readonly ctx: object
  readonly id: MessageId | null
  refusal: Answer | undefined
}

export type AnswerMessage = (
  message: unknown,
  from: Pick<Exchange, 'request' | 'ctx'>,
) => Promise<Answer>

/** Methods by which a client learns what there is: where every tool needs a token, they need one too. */
const OPENINGS: readonly unknown[] = ['initialize', 'server/discover']

const JSON_HEADERS: Answer['headers'] = [['content-type', 'application/json']]

/** Makes what answers a message with what the tools give, by the official server. */
export function createMessageServer(
  { tools, errors, deadlines, path: template }: ToolSource,
  { name, version, onCall = () => undefined }: McpOptions,
): AnswerMessage {
  const about = { name, version }
  const byName = new Map(tools.map((tool) => [tool.listing.name, tool]))
  const findVisible = createVisibleTools(tools, errors)
  const plainAnswers = createPlainAnswers(about)

  /** The official SDK is loaded with the first message: that takes longer than the rest of a start. */
  let answerBySdk: typeof exchangeMessage | undefined

  /** Ends a message that is refused over HTTP. */
  function refuse(thrown: unknown, exchange: Exchange, path?: string): never {
    const { request, ctx, id } = exchange
    exchange.refusal = refuseMessage(thrown, { request, ctx, path, id }, errors)
    throw rpcError(RPC_CODES.refused, 'Refused')
  }

  async function list(exchange: Exchange): Promise<ToolListing[]> {
    const work = () => findVisible(exchange)
    try {
      const { request } = exchange
      const visible = await settleInTime({ deadlines, request, path: template }, work)
      return visible.map(({ listing }) => listing)
    } catch (thrown) {
      return refuse(thrown, exchange)
    }
  }

  async function call(exchange: Exchange, params: CallParams): Promise<ToolResult> {
    const { request, ctx } = exchange
    const tool = byName.get(params.name)
    if (!tool) throw rpcError(RPC_CODES.params, 'Unknown tool')
    onCall(request, params.name)
    try {
      return await callTool(tool, { request, ctx, args: params.arguments, deadlines })
    } catch (thrown) {
      const error = errors.judge(thrown)
      const headers = { ...error.headers, ...errors.errorHeaders(error, request) }
      const isRefusal = error.status === 401 || 'www-authenticate' in headers
      if (isRefusal) return refuse(thrown, exchange, tool.name)
      errors.onError({ error, path: tool.name, request, ctx })
      return errorResult(error)
    }
  }

  async function exchangeOne(message: unknown, exchange: Exchange): Promise<Answer> {
    const { request } = exchange
    const plain = plainCallIn(message, request)
    if (plain && plainAnswers.knows(plain) && byName.has(plain.name)) {
      const body = plainAnswers.encode(plain, await call(exchange, plain))
      return { status: 200, headers: JSON_HEADERS, body }
    }
    if (OPENINGS.includes(methodOf(message))) await list(exchange)
    answerBySdk ??= (await import('./exchange-messages.ts')).exchangeMessage
    const response = await answerBySdk({
      about,
      message,
      request,
      handlers: {
        list: () => list(exchange),
        call: (params) => {
          if (plain) plainAnswers.learn(plain)
          return call(exchange, params)
        },
      },
    })
    return answerOf(response)
  }

  return async (message, { request, ctx }) => {
    const exchange: Exchange = { request, ctx, id: idOf(message), refusal: undefined }
    try {
      const answer = await exchangeOne(message, exchange)
      return exchange.refusal ?? answer
    } catch (thrown) {
      if (exchange.refusal) return exchange.refusal
      throw thrown
    }
  }
}

async function answerOf(response: Response): Promise<Answer> {
  const type = response.headers.get('content-type')
  const body = await response.text()
  return {
    status: response.status,
    headers: type === null ? [] : [['content-type', type]],
    body: type === 'text/event-stream' ? body : withPlainError(body) || undefined,
  }
}
