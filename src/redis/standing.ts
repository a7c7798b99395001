import { ErrorReply } from '@redis/client'
import type { Logger } from 'pino'

/** The time between a failed trial and the next one. */
const TRY_AGAIN_MS = 2_000

/** Whether a Redis can be used: one that answers may still refuse every command that matters. */
export interface Standing {
  readonly isGood: () => boolean
  /** There is a connection: tries it out, and keeps trying for as long as that fails. */
  readonly connected: () => Promise<void>
  /** A command failed, or the connection did. */
  readonly failed: (error: unknown) => void
  readonly stop: () => void
}

/**
 * @param tryOut rejects where commands are refused
 * @param renew makes the connection anew: after a failover the server's name leads elsewhere, while the
 *   old one still answers, as a replica
 */
export function createStanding(options: {
  readonly logger: Logger
  readonly tryOut: () => Promise<unknown>
  readonly renew: () => void
  readonly onGood: () => void
}): Standing {
  const { logger, tryOut, renew, onGood } = options
  let trouble: 'away' | 'refusing' | undefined
  let good = false
  let renewal: NodeJS.Timeout | undefined

  function tryAgainLater(): void {
    clearTimeout(renewal)
    renewal = setTimeout(renew, TRY_AGAIN_MS).unref()
  }

  /** Logs each kind of trouble once, until all is well again. */
  function failed(err: unknown): void {
    good = false
    const kind = err instanceof ErrorReply ? 'refusing' : 'away'
    if (kind === 'refusing') tryAgainLater()
    if (trouble === 'refusing' || trouble === kind) return
    trouble = kind
    const what = kind === 'away' ? 'Redis is away' : 'Redis refuses commands'
    logger.warn({ err }, `${what}: limits are counted in memory`)
  }

  async function connected(): Promise<void> {
    try {
      await tryOut()
    } catch (error) {
      failed(error)
      tryAgainLater()
      return
    }
    logger.info('Redis is connected')
    trouble = undefined
    good = true
    onGood()
  }

  return {
    isGood: () => good,
    connected,
    failed,
    stop() {
      clearTimeout(renewal)
    },
  }
}
