import { setTimeout as delay } from 'node:timers/promises'

const PATHS = ['/api/messages/protected', '/trpc/messages.protected']
const PAUSE_MS = 2

/** What came of one request. */
export interface Sent {
  /** `undefined` while it is open. */
  outcome: number | Error | undefined
}

/**
 * Requests on `connections` keep-alive connections, over both transports by turns, none of them sent
 * twice, until it is stopped or each connection has sent its `limit`.
 */
export function startLoad(
  url: string,
  options: { headers: Record<string, string>; connections: number; limit: number },
) {
  const sent: Sent[] = []
  let stopped = false

  async function work(): Promise<void> {
    for (let i = 0; i < options.limit && !stopped; i++) {
      const request: Sent = { outcome: undefined }
      sent.push(request)
      try {
        const response = await fetch(`${url}${PATHS[i % PATHS.length] ?? ''}`, options)
        await response.arrayBuffer()
        request.outcome = response.status
      } catch (error) {
        request.outcome = error as Error
      }
      await delay(PAUSE_MS)
    }
  }
  const done = Promise.all(Array.from({ length: options.connections }, work))

  return {
    sent,
    failed: () => sent.filter(({ outcome }) => outcome !== undefined && outcome !== 200),
    async stop() {
      stopped = true
      await done
    },
  }
}
