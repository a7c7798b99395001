// The official SDK's server as its documentation serves it over HTTP, in its Express app: without sessions, a new
// server for each request, guarded by express-oauth2-jwt-bearer.
import { createMcpExpressApp } from '@modelcontextprotocol/express'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { serveGuarded } from './guarded-app.js'
import { requireAdmin, validateAccessToken } from './oauth2.js'
import { messages } from './settings.js'

const outputSchema = z.object({ message: z.string() })

function createServer() {
  const server = new McpServer({ name: 'Messages API', version: '0.3.0' })
  server.registerTool(
    'messages_admin',
    { title: 'Read the admin message', outputSchema, annotations: { readOnlyHint: true } },
    () => ({
      content: [{ type: 'text', text: JSON.stringify(messages.admin) }],
      structuredContent: messages.admin,
    }),
  )
  return server
}

const answer = toNodeHandler(createMcpHandler(createServer))
const app = createMcpExpressApp()
app.post('/mcp', validateAccessToken, requireAdmin, (req, res) => answer(req, res, req.body))

serveGuarded(validateAccessToken, requireAdmin, app)
