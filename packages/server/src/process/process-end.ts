import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'

/** Within the 10 s that container platforms wait before they kill. */
const STOP_LIMIT_MS = 9_500
/** `npm start` also passes on a signal that the terminal has already sent to every process. */
const SAME_SIGNAL_MS = 100

/** How the process ends: once, and with what runs closed first. */
export interface ProcessEnd {
  /** From now on this is to be closed first. */
  readonly closing: (close: () => Promise<void>) => void
  /** @param status 0, or 1 after an error; an error while it is ending makes it 1 */
  readonly begin: (status: 0 | 1) => void
  /** How long ago it began, in milliseconds; `undefined` until it does. */
  readonly elapsedMs: () => number | undefined
}

export function createProcessEnd({
  exit,
  logger,
}: {
  readonly exit: (status: number) => void
  readonly logger: Logger
}): ProcessEnd {
  let close = () => Promise.resolve()
  let status = 0
  let since: number | undefined

  async function closeAndExit(): Promise<void> {
    try {
      await Promise.race([close(), delay(STOP_LIMIT_MS)])
    } catch (err) {
      logger.fatal({ err }, 'stop failed')
      status = 1
    }
    exit(status)
  }

  return {
    closing(given) {
      close = given
    },
    begin(given) {
      status = Math.max(status, given)
      if (since !== undefined) return
      since = performance.now()
      void closeAndExit()
    },
    elapsedMs: () => (since === undefined ? undefined : performance.now() - since),
  }
}

/** SIGTERM and SIGINT end the process; a second one does so without waiting. */
export function endOnSignals(
  process: NodeJS.Process,
  { logger, end }: { readonly logger: Logger; readonly end: ProcessEnd },
): void {
  const onSignal = (signal: NodeJS.Signals): void => {
    const elapsedMs = end.elapsedMs()
    if (elapsedMs === undefined) {
      logger.info({ signal }, 'stopping')
      end.begin(0)
    } else if (elapsedMs > SAME_SIGNAL_MS) process.exit(1)
  }
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal)
}
