import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { expect, it } from 'vitest'
import { mcpRequest, type McpRevision } from '../mcp-requests.ts'

/** What the official client sends last when it calls a tool. */
async function sentByClient(revision: McpRevision): Promise<unknown> {
  const { fetch: answer } = createMcpHandler(() => {
    const server = new McpServer({ name: 'test', version: '1.0.0' })
    server.registerTool('messages_admin', {}, () => ({ content: [] }))
    return server
  })
  let last: unknown
  const mode = revision === '2025-11-25' ? 'legacy' : { pin: revision }
  const client = new Client({ name: 'bench', version: '1.0.0' }, { versionNegotiation: { mode } })
  await client.connect(
    new StreamableHTTPClientTransport(new URL('http://api/mcp'), {
      fetch: (url, init) => {
        const { pathname } = new URL(url)
        const headers = Object.fromEntries(new Headers(init?.headers))
        const sent = { method: init?.method, path: pathname, headers, body: init?.body }
        if (sent.method === 'POST') last = sent
        return answer(new Request(url, init))
      },
    }),
  )
  await client.callTool({ name: 'messages_admin' })
  await client.close()
  return last
}

it.each<McpRevision>(['2025-11-25', '2026-07-28'])(
  'a call of a tool is what the official client of %s sends',
  async (revision) => {
    expect(await sentByClient(revision)).toEqual(mcpRequest(revision, 'messages_admin'))
  },
)
