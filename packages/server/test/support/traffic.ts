import { setTimeout as delay } from 'node:timers/promises'
import { ask } from './contract.ts'

/** Requests without a token, one after the other to each server in turn, until it is stopped. */
export function startTraffic(servers: readonly { readonly url: string }[]) {
  const statuses: number[] = []
  const stopped = new AbortController()
  const done = (async () => {
    while (!stopped.signal.aborted) {
      for (const { url } of servers) {
        statuses.push((await ask(url, { transport: 'RPC', message: 'public' })).status)
      }
      await delay(5)
    }
    return statuses
  })()
  return {
    /** @returns the status of every request; rejects when one had no answer */
    stop() {
      stopped.abort()
      return done
    },
  }
}
