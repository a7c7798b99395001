import { mcpRequest, type McpRevision } from './mcp-requests.ts'
import type { Scenario } from './scenario.ts'
import { SERVERS } from './servers.ts'

const REVISIONS: readonly (readonly [name: string, revision: McpRevision])[] = [
  ['mcp', '2026-07-28'],
  ['mcp-2025', '2025-11-25'],
]

export const mcpScenarios = REVISIONS.map(([name, revision]): Scenario => ({
  name,
  title: `The admin message as a tool of the Model Context Protocol, one call, revision ${revision}`,
  statuses: [200],
  text: 'The API successfully recognized you as an admin.',
  times: 2, // as text and as structured content
  servers: SERVERS.filter(({ tools }) => tools),
  request: async (_server, tokens) => {
    const { headers, ...request } = mcpRequest(revision, 'messages_admin')
    const authorization = `Bearer ${await tokens.admin()}`
    return { ...request, headers: { ...headers, authorization } }
  },
}))
