import type { ErrorOptions } from '../errors/answer-error.ts'
import type { Deadlines } from '../procedures/deadlines.ts'
import type { Tool } from './tools.ts'

/** What `trpc-hybrid/mcp` serves, and how. */
export interface ToolSource {
  /** Where: `/mcp` unless it is said. */
  readonly path: string
  readonly tools: readonly Tool[]
  readonly errors: ErrorOptions
  readonly deadlines: Deadlines
  readonly maxBodyBytes: number
}
