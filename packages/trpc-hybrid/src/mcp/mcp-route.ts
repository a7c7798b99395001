import type { Answer } from '../answer.ts'
import type { HybridRequest } from '../request.ts'
import { createBodyReader } from '../rest/body.ts'
import type { Route } from '../route.ts'
import { createMessageServer } from './message-server.ts'
import { messageIn, requireNoToken, requireOrigin, type Message } from './message.ts'
import { RPC_CODES, refuseMessage } from './rpc-errors.ts'
import type { ToolSource } from './tools.ts'
import type { McpOptions } from './with-mcp.ts'

/** What answers a message that is posted to the server's one path. */
export function createMcpRoute(source: ToolSource, options: McpOptions): Route {
  const { errors, path: template } = source
  const { allowsOrigin = () => false } = options
  const readBody = createBodyReader(['application/json'], source.maxBodyBytes)
  const answer = createMessageServer(source, options)

  async function serve(request: HybridRequest, ctx: object): Promise<Answer> {
    requireOrigin(request, allowsOrigin)
    requireNoToken(request)
    let message: Message
    try {
      message = messageIn(await readBody(request))
    } catch (thrown) {
      const { status } = errors.judge(thrown)
      const code = status === 400 ? RPC_CODES.parse : RPC_CODES.refused
      return refuseMessage(thrown, { request, ctx, code }, errors)
    }
    return answer(message, { request, ctx })
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
