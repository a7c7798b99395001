import type { BenchRequest } from './requests.ts'

/** Of the protocol: the newest, whose messages say it themselves, and the one before. */
export type McpRevision = keyof typeof REQUESTS

const HEADERS = {
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
}

/** The request by which the client of the official SDK calls a tool that takes nothing, once it is connected. */
export function mcpRequest(revision: McpRevision, tool: string): BenchRequest {
  return REQUESTS[revision](tool)
}

const REQUESTS = {
  '2025-11-25': (name: string): BenchRequest => ({
    method: 'POST',
    path: '/mcp',
    headers: { ...HEADERS, 'mcp-protocol-version': '2025-11-25' },
    body: JSON.stringify({ method: 'tools/call', params: { name }, jsonrpc: '2.0', id: 1 }),
  }),

  '2026-07-28': (name: string): BenchRequest => ({
    method: 'POST',
    path: '/mcp',
    headers: {
      ...HEADERS,
      'mcp-method': 'tools/call',
      'mcp-name': name,
      'mcp-protocol-version': '2026-07-28',
    },
    body: JSON.stringify({ method: 'tools/call', params: { name, _meta }, jsonrpc: '2.0', id: 0 }),
  }),
}

const _meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
}
