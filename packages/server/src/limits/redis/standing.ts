import type { Logger } from 'pino'
import { troubleOf } from './trouble.ts'

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
  const told = new Set<string>()
  let refusing = false
  let good = false
  let renewal: NodeJS.Timeout | undefined

  function tryAgainLater(): void {
    clearTimeout(renewal)
    renewal = setTimeout(renew, TRY_AGAIN_MS).unref()
  }

  /** Logs each trouble once, until all is well again. One that refuses goes away with each new connection. */
  function failed(err: unknown): void {
    good = false
    const { kind, message } = troubleOf(err)
    if (kind === 'refusing') tryAgainLater()
    if (told.has(message) || (refusing && kind === 'away')) return
    told.add(message)
    refusing ||= kind === 'refusing'
    logger.warn({ err }, message)
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
    told.clear()
    refusing = false
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
