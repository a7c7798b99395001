import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino'
import type { LogLevel } from '../config/schema.ts'
import { createLogOutput } from './log-output.ts'

const MAX_CAUSES = 5

export interface Log {
  readonly logger: Logger
  /** How many lines could not be written, because nobody reads them. */
  readonly droppedLines: () => number
}

/** JSON lines on the standard output in production; readable ones in development. */
export async function createLog(options: {
  readonly level: LogLevel
  readonly production: boolean
}): Promise<Log> {
  const { level, production } = options
  const readable = production ? undefined : await prettyOutput()
  if (readable) {
    const logger = pino(loggerOptions(level), readable)
    return { logger, droppedLines: () => 0 }
  }
  const output = createLogOutput()
  return { logger: pino(loggerOptions(level), output), droppedLines: output.dropped }
}

/** Nothing is redacted by pattern: what may contain a secret is not given to the logger. */
export function loggerOptions(level: LogLevel): LoggerOptions {
  return { level, serializers: { err: describeError } }
}

/** Loaded on demand: a production install does not have it, and then lines are JSON. */
async function prettyOutput(): Promise<DestinationStream | undefined> {
  const module = await import('pino-pretty').catch(() => undefined)
  return module?.default({
    ignore: 'pid,hostname',
    translateTime: 'HH:MM:ss',
    singleLine: true,
    sync: true,
  })
}

interface ErrorDescription {
  readonly type: string
  readonly message: string
  readonly code?: unknown
  readonly stack?: string | undefined
  readonly cause?: ErrorDescription
}

/** Anything can be thrown, a proxy or a getter that throws too: the log must not fail over it. */
function describeError(error: unknown): ErrorDescription {
  try {
    return describe(error)
  } catch {
    return { type: typeof error, message: 'An error was thrown that cannot be read' }
  }
}

/** Not every property, as pino's own would: an HTTP client's error may carry the headers it sent. */
function describe(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: 'Not an error was thrown' }
  const { name, message, stack, cause } = error
  return {
    type: name,
    message,
    ...('code' in error && { code: error.code }),
    stack,
    ...(cause !== undefined && depth < MAX_CAUSES && { cause: describe(cause, depth + 1) }),
  }
}
