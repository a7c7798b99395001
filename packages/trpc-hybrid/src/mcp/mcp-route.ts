import type { Answer } from '../answer.ts'
import { settleInTime } from '../procedures/settle-in-time.ts'
import type { HybridRequest } from '../request.ts'
import { createBodyReader } from '../rest/body.ts'
import type { Route } from '../route.ts'
import { callTool, errorResult } from './call-tool.ts'
import type { exchangeMessage } from './exchange-messages.ts'
import {
  idOf,
  messageIn,
  methodOf,
  requireNoToken,
  requireOrigin,
  type MessageId,
} from './message.ts'
import { createPlainAnswers, plainCallIn } from './plain-calls.ts'
import { withPlainError } from './plain-errors.ts'
import { refuseMessage } from './refuse-message.ts'
import { RPC_CODES, rpcError } from './rpc-codes.ts'
import type { ToolSource } from './tool-source.ts'
import { createVisibleTools } from './visible-tools.ts'
import type { McpOptions } from './with-mcp.ts'

/** A request on its way, and why it is refused over HTTP where it is. */
interface Exchange {
  readonly request: HybridRequest
  readonly ctx: object
  readonly id: MessageId | null
  refusal: Answer | undefined
}

interface CallParams {
  readonly name: string
  readonly arguments?: Readonly<Record<string, unknown>> | undefined
}

/** Methods by which a client learns what there is: where every tool needs a token, they need one too. */
const OPENINGS: readonly unknown[] = ['initialize', 'server/discover']

const SDK_TYPE: Answer['headers'] = [['content-type', 'application/json']]

/** What answers a message that is posted to the server's one path. */
export function createMcpRoute(
  source: ToolSource,
  { name, version, allowsOrigin = () => false, onCall = () => undefined }: McpOptions,
): Route {
  const { tools, errors, deadlines, path: template } = source
  const about = { name, version }
  const byName = new Map(tools.map((tool) => [tool.listing.name, tool]))
  const readBody = createBodyReader(['application/json'], source.maxBodyBytes)
  const findVisible = createVisibleTools(tools, errors)
  const plainAnswers = createPlainAnswers(about)

  /** The official SDK is loaded with the first message: that takes longer than the rest of a start. */
  let answerBySdk: typeof exchangeMessage | undefined

  /** Ends a message that is refused over HTTP. */
  function refuseExchange(thrown: unknown, exchange: Exchange, path?: string): never {
    const { request, ctx, id } = exchange
    exchange.refusal = refuseMessage(thrown, { request, ctx, path, id }, errors)
    throw rpcError(RPC_CODES.refused, 'Refused')
  }

  async function list(exchange: Exchange) {
    const { request } = exchange
    try {
      const work = () => findVisible(exchange)
      const visible = await settleInTime({ deadlines, request, path: template }, work)
      return visible.map(({ listing }) => listing)
    } catch (thrown) {
      return refuseExchange(thrown, exchange)
    }
  }

  async function call(exchange: Exchange, params: CallParams) {
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
      if (isRefusal) return refuseExchange(thrown, exchange, tool.name)
      errors.onError({ error, path: tool.name, request, ctx })
      return errorResult(error)
    }
  }

  async function exchangeOne(message: unknown, exchange: Exchange): Promise<Answer> {
    const plain = plainCallIn(message, exchange.request)
    try {
      if (plain && plainAnswers.knows(plain) && byName.has(plain.name)) {
        const body = plainAnswers.encode(plain, await call(exchange, plain))
        return { status: 200, headers: SDK_TYPE, body }
      }
      if (OPENINGS.includes(methodOf(message))) await list(exchange)
      answerBySdk ??= (await import('./exchange-messages.ts')).exchangeMessage
      const response = await answerBySdk({
        about,
        message,
        request: exchange.request,
        handlers: {
          list: () => list(exchange),
          call: (params) => {
            if (plain) plainAnswers.learn(plain)
            return call(exchange, params)
          },
        },
      })
      return exchange.refusal ?? (await answerOf(response))
    } catch (thrown) {
      if (exchange.refusal) return exchange.refusal
      throw thrown
    }
  }

  async function serve(request: HybridRequest, ctx: object): Promise<Answer> {
    requireOrigin(request, allowsOrigin)
    requireNoToken(request)
    let message: unknown
    try {
      message = messageIn(await readBody(request))
    } catch (thrown) {
      const { status } = errors.judge(thrown)
      const code = status === 400 ? RPC_CODES.parse : RPC_CODES.refused
      return refuseMessage(thrown, { request, ctx, code }, errors)
    }
    return exchangeOne(message, { request, ctx, id: idOf(message), refusal: undefined })
  }

  const refuse: Route['refuse'] = (error, request, ctx) =>
    refuseMessage(error, { request, ctx }, errors)
  return {
    template,
    allow: undefined,
    refuse,
    serve: async (request, ctx) => {
      try {
        return await serve(request, ctx)
      } catch (thrown) {
        return refuse(thrown, request, ctx)
      }
    },
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
