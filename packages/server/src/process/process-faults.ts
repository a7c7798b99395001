import type { Logger } from 'pino'
import type { ProcessEnd } from './process-end.ts'

interface Options {
  readonly logger: Logger
  /** The request that caused what runs at the moment; `undefined` where none did. */
  readonly requestId: () => string | undefined
  readonly end: ProcessEnd
}

/**
 * What a process does about errors that nobody caught. It is for whoever owns the process: a library that did this
 * would decide for the rest of the program.
 *
 * A rejection that nobody awaits is the bug of one request, so the others are served on. After an uncaught exception
 * the state is unknown: what was under way is broken off in its middle, so the process stops as at SIGTERM.
 *
 * @returns how many rejections there were
 */
export function watchProcess(process: NodeJS.Process, options: Options): () => number {
  const { logger, requestId, end } = options
  let rejections = 0
  process.on('unhandledRejection', (reason) => {
    rejections++
    const err = reason ?? null // the log leaves out what is undefined
    logger.error({ requestId: requestId(), err }, 'unhandled rejection')
  })
  process.on('uncaughtException', (err, origin) => {
    logger.fatal({ requestId: requestId(), err, origin }, 'uncaught error')
    end.begin(1)
  })
  return () => rejections
}
