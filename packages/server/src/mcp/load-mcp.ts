import { RouterError } from 'trpc-hybrid/engine'
import type { withMcp } from 'trpc-hybrid/mcp'

/** What serves tools, and where. */
export interface McpServing {
  readonly path: string
  readonly withMcp: typeof withMcp
}

const SDK = '@modelcontextprotocol/server'

/**
 * Loads what serves tools. The official SDK, which only APIs with tools install, is loaded by the first message.
 *
 * @throws {RouterError} where the SDK is not installed
 */
export async function loadMcp(): Promise<typeof withMcp> {
  try {
    import.meta.resolve(SDK)
  } catch {
    throw new RouterError([
      `its tools (\`mcp\` in a meta) need the package ${SDK}: npm install ${SDK}`,
    ])
  }
  return (await import('trpc-hybrid/mcp')).withMcp
}
