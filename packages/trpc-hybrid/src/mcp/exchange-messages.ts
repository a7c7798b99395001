import {
  createMcpHandler,
  isLegacyRequest,
  Server,
  WebStandardStreamableHTTPServerTransport,
  type Implementation,
} from '@modelcontextprotocol/server'
import type { Answer } from '../answer.ts'
import type { HybridRequest } from '../request.ts'
import type { CallParams, ToolResult } from './call-tool.ts'
import { withPlainError } from './rpc-errors.ts'
import type { ToolListing } from './tools.ts'

export interface MessageExchange {
  readonly about: Implementation
  readonly request: HybridRequest
  readonly message: unknown
  /** What this and `call` throw is told as it is: only an `rpcError` may. */
  readonly list: () => Promise<ToolListing[]>
  readonly call: (params: CallParams) => Promise<ToolResult>
}

/**
 * The answer of the official server to one message, over Streamable HTTP without sessions: of the revision
 * 2026-07-28, and of those before it, whose clients begin with `initialize`.
 */
export async function exchangeMessage(exchange: MessageExchange): Promise<Answer> {
  const { message: parsedBody } = exchange
  const web = webRequestOf(exchange.request)
  if (await isLegacyRequest(web, parsedBody)) {
    const server = createServer(exchange)
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
    await server.connect(transport)
    try {
      return await answerOf(await transport.handleRequest(web, { parsedBody }))
    } finally {
      await server.close()
    }
  }
  const { fetch } = createMcpHandler(() => createServer(exchange), { legacy: 'reject' })
  return answerOf(await fetch(web, { parsedBody }))
}

/** The server below `McpServer`, which takes tools with schemas of its own alone. */
function createServer({ about, list, call }: MessageExchange) {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- kept for uses such as this one, as its note says
  const server = new Server(about, { capabilities: { tools: {} } })
  server.setRequestHandler('tools/list', async () => ({ tools: await list() }))
  server.setRequestHandler('tools/call', ({ params }) => call(params))
  return server
}

/** Only what the protocol looks at: credentials stay where they are. The body is handed over as it was read. */
function webRequestOf(request: HybridRequest): Request {
  const headers = new Headers()
  for (const [name, value] of request.headers()) {
    if (name.startsWith('mcp-') || name === 'accept' || name === 'content-type') {
      headers.append(name, value)
    }
  }
  return new Request('http://localhost/', { method: 'POST', headers })
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
