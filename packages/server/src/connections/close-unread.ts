import type { Socket } from 'node:net'
import type { Connection, Connections } from './connections.ts'
import { bytesHandedOver, bytesTaken, readSendQueues } from './send-queues.ts'

/** Answers up to this size may lie unread in the system's buffers: an idle connection costs as much. */
const NEGLIGIBLE_BYTES = 64 * 1024

/** Of a stream every byte counts: those of its pings are the only sign that its client has gone. */
const isStreaming = ({ current }: Connection) =>
  current !== undefined && current.res.headersSent && !current.res.writableEnded
const LOOKS = 15

/**
 * How much of its answers the other side of a connection has taken, and since when it has taken nothing more.
 */
interface Progress {
  taken: number
  since: number
}

/**
 * Closes connections whose other side takes nothing of an answer for `timeoutMs`. One that takes something,
 * however little, stays open. All of them are checked from time to time, so that no request pays for it.
 *
 * @returns a function that ends the checks
 */
export function closeUnread(
  connections: Connections,
  { timeoutMs, now }: { readonly timeoutMs: number; readonly now: () => number },
): () => void {
  const progress = new WeakMap<Socket, Progress>()
  let looking = false

  /** Those with an answer that is not taken yet, as far as that is known without asking the system. */
  function findOwing(at: number): Socket[] {
    return [...connections.keys()].filter((socket) => {
      const seen = progress.get(socket)
      const untaken = bytesHandedOver(socket) - (seen?.taken ?? 0)
      const connection = connections.get(socket)
      const negligible = connection && isStreaming(connection) ? 0 : NEGLIGIBLE_BYTES
      if (socket.writableLength > 0 || untaken > negligible) return true
      if (seen) seen.since = at
      return false
    })
  }

  async function look(): Promise<void> {
    const at = now()
    const owing = findOwing(at)
    if (owing.length === 0) return
    const queues = await readSendQueues()
    for (const socket of owing) {
      const taken = bytesTaken(socket, queues)
      const seen = progress.get(socket)
      if (!seen || taken > seen.taken) progress.set(socket, { taken, since: at })
      else if (at - seen.since >= timeoutMs) socket.destroy()
    }
  }

  const timer = setInterval(() => {
    if (looking) return
    looking = true
    void look().finally(() => {
      looking = false
    })
  }, timeoutMs / LOOKS).unref()
  return () => {
    clearInterval(timer)
  }
}
