import { readlinkSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'

/** What Node knows about a TCP connection but has no public name for, unchanged since Node 10. */
type TcpSocket = Socket & {
  readonly _handle?: {
    readonly fd: number
    readonly bytesWritten: number
    readonly writeQueueSize: number
  } | null
}

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6']
/** Columns of these tables: `tx_queue:rx_queue` in hexadecimal digits, and the socket's inode. */
const QUEUES = 4
const INODE = 9

/** Bytes by the inode of their socket. */
export type SendQueues = ReadonlyMap<string, number>

/**
 * What the system still has to send, or whose receipt was not confirmed. A reader of 20 KB a second takes a
 * minute to empty the system's buffers, and in that time a program sees no other sign of progress. Nothing
 * is known where these tables don't exist (on any system but Linux).
 */
export async function readSendQueues(): Promise<SendQueues> {
  const tables = await Promise.all(TABLES.map((path) => readFile(path, 'latin1').catch(() => '')))
  const queues = new Map<string, number>()
  for (const line of tables.join('').split('\n')) {
    const columns = line.trim().split(/\s+/)
    const waiting = parseInt(columns[QUEUES] ?? '', 16)
    if (waiting > 0) queues.set(columns[INODE] ?? '', waiting)
  }
  return queues
}

/** How many bytes were handed to the system to send. */
export function bytesHandedOver({ _handle: handle }: TcpSocket): number {
  return handle ? handle.bytesWritten - handle.writeQueueSize : 0
}

/** How many bytes the other side has taken. */
export function bytesTaken(socket: TcpSocket, queues: SendQueues): number {
  const inode = inodeOf(socket)
  return bytesHandedOver(socket) - (inode === undefined ? 0 : (queues.get(inode) ?? 0))
}

function inodeOf({ _handle: handle }: TcpSocket): string | undefined {
  try {
    return /\d+/.exec(readlinkSync(`/proc/self/fd/${handle?.fd}`))?.[0]
  } catch {
    return undefined
  }
}
