import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino'
import type { LogLevel } from './config/schema.ts'

/** Lines are written once this much has gathered: a system call costs more than a line. */
const BUFFER_CHARS = 4096
const FLUSH_INTERVAL_MS = 250
const MAX_CAUSES = 5

/** JSON lines on the standard output in production; readable ones in development. */
export async function createLogger(options: {
  readonly level: LogLevel
  readonly production: boolean
}): Promise<Logger> {
  const { level, production } = options
  return pino(loggerOptions(level), production ? bufferedOutput() : await prettyOutput())
}

/** Nothing is taken out by pattern: what may hold a secret is not given to the logger. */
export function loggerOptions(level: LogLevel): LoggerOptions {
  return { level, serializers: { err: describeError } }
}

/**
 * Gathers lines here, because SonicBoom's own buffer counts the bytes of all that waits whenever a line
 * is added. What waits is written when the process exits, and before a fatal error ends it.
 */
function bufferedOutput(): DestinationStream & { flushSync(): void } {
  const output = pino.destination({ sync: true })
  let waiting = ''
  const write = (): void => {
    const lines = waiting
    waiting = ''
    if (lines !== '') output.write(lines)
  }
  const flushSync = (): void => {
    write()
    output.flushSync()
  }
  setInterval(write, FLUSH_INTERVAL_MS).unref()
  process.once('exit', flushSync)
  return {
    write(line) {
      waiting += line
      if (waiting.length >= BUFFER_CHARS) write()
    },
    flushSync,
  }
}

/** Loaded on demand: a production install does not have it. */
async function prettyOutput(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty')
  return pretty({
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

/** Not every property, as pino's own would: an HTTP client's error may carry the headers it sent. */
function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: 'Not an error was thrown' }
  const { name, message, stack, cause } = error
  return {
    type: name,
    message,
    ...('code' in error && { code: error.code }),
    stack,
    ...(cause !== undefined && depth < MAX_CAUSES && { cause: describeError(cause, depth + 1) }),
  }
}
