import { RouterError } from 'trpc-hybrid/engine'
import type { withMcp } from 'trpc-hybrid/mcp'

/** What serves tools, and where. */
export interface McpServing {
  readonly path: string
  readonly withMcp: typeof withMcp
}

const SDK = '@modelcontextprotocol/server'

/**
 * Loads what serves tools, and the official SDK with it, which only APIs with tools install.
 *
 * @throws {RouterError} where that is not installed
 */
export async function loadMcp(): Promise<typeof withMcp> {
  try {
    return (await import('trpc-hybrid/mcp')).withMcp
  } catch (error) {
    if (!isMissing(error)) throw error
    throw new RouterError([
      `its tools (\`mcp\` in a meta) need the package ${SDK}: npm install ${SDK}`,
    ])
  }
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(SDK)
}
