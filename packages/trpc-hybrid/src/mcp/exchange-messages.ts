import {
  createMcpHandler,
  isLegacyRequest,
  Server,
  WebStandardStreamableHTTPServerTransport,
  type Implementation,
} from '@modelcontextprotocol/server'
import type { HybridRequest } from '../request.ts'
import type { CallParams, ToolResult } from './call-tool.ts'
import type { ToolListing } from './tools.ts'

/** What a message of a client is answered with. What these throw is told as it is: only an `rpcError` may. */
export interface Handlers {
  readonly list: () => Promise<ToolListing[]>
  readonly call: (params: CallParams) => Promise<ToolResult>
}

export interface MessageExchange {
  readonly about: Implementation
  readonly handlers: Handlers
  readonly request: HybridRequest
  readonly message: unknown
}

/**
 * The answer of the official server to one message, over Streamable HTTP without sessions: of the revision
 * 2026-07-28, and of those before it, whose clients begin with `initialize`.
 */
export async function exchangeMessage(exchange: MessageExchange): Promise<Response> {
  const { request, message: parsedBody } = exchange
  const web = webRequestOf(request)
  if (await isLegacyRequest(web, parsedBody)) {
    const server = createServer(exchange)
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
    await server.connect(transport)
    try {
      return await transport.handleRequest(web, { parsedBody })
    } finally {
      await server.close()
    }
  }
  const { fetch } = createMcpHandler(() => createServer(exchange), { legacy: 'reject' })
  return fetch(web, { parsedBody })
}

/** The server below `McpServer`, which takes tools with schemas of its own alone. */
function createServer({ about, handlers }: MessageExchange) {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- kept for uses such as this one, as its note says
  const server = new Server(about, { capabilities: { tools: {} } })
  server.setRequestHandler('tools/list', async () => ({ tools: await handlers.list() }))
  server.setRequestHandler('tools/call', ({ params }) => handlers.call(params))
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
