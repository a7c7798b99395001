import { EventEmitter, once } from 'node:events'

/** Tells those who follow in this process that something was told on the channel. */
export function createChanges() {
  const emitter = new EventEmitter().setMaxListeners(0)
  let count = 0
  return {
    count: () => count,
    tell: () => {
      count++
      emitter.emit('change')
    },
    /** Waits for the next change after that many. It throws when the signal is aborted. */
    async after(seen: number, signal: AbortSignal | undefined): Promise<void> {
      if (count === seen) await once(emitter, 'change', { ...(signal && { signal }) })
    },
  }
}

export type Changes = ReturnType<typeof createChanges>
