import type { HybridRequest } from '../request.ts'
import { refusedMethod, type Route } from '../route.ts'
import type { Routes } from '../routes.ts'
import { createMcpRoute } from './mcp-route.ts'

export interface McpOptions {
  /** Of the server, as clients show it. */
  readonly name: string
  readonly version: string
  /** Whether pages of this origin may call: none may unless it is said. What is no browser sends no `Origin`. */
  readonly allowsOrigin?: (origin: string) => boolean
  /** Told of every call of a tool that there is, before it is made. */
  readonly onCall?: (request: HybridRequest, tool: string) => void
}

/**
 * The same hybrid, which also serves the procedures that ask for it by `mcp` in their meta as tools of the Model
 * Context Protocol: at its `mcpPath`, by Streamable HTTP without sessions, behind the guards of their chains. A
 * hybrid without such a procedure is given back as it is.
 *
 * @example app.use(nodeHandler(withMcp(hybrid, { name: 'Shop', version: '1.0.0' }), { createContext }))
 */
export function withMcp<Served extends Pick<Routes, 'find' | 'tools'>>(
  hybrid: Served,
  options: McpOptions,
): Served {
  const { tools } = hybrid
  if (!tools) return hybrid
  const post = createMcpRoute(tools, options)
  const others = refusedMethod({ ...post, allow: ['POST'] })
  const find = (method: string, path: string): Route | undefined => {
    if (path !== tools.path) return hybrid.find(method, path)
    return method === 'POST' ? post : others
  }
  // A copy by `{ ...hybrid }` would ask for the document, which takes long to make.
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(hybrid)) as Served
  return Object.assign(copy, { find })
}
