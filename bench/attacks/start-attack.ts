import { connect, type Socket } from 'node:net'
import type { Attack, Flood, Target } from './attack.ts'

const INTERVAL_MS = 100
/** Ends what is endless, where the server does not. */
const MAX_BYTES = 50 * 1024 * 1024

export interface Outcome {
  /** How many connections got each status; `none`: those closed without; `open`: those with neither by the end. */
  readonly answers: Readonly<Record<string, number>>
  /** The most that was sent on one connection. */
  readonly mostBytes: number
}

/** @returns what ends it */
export function startAttack({ floods }: Attack, target: Target): () => Outcome {
  const answers: Record<string, number> = {}
  const open = new Set<Socket>()
  let mostBytes = 0
  const count = (answer: string, more: number) => {
    answers[answer] = (answers[answer] ?? 0) + more
  }

  function attack(flood: Flood, n: number): void {
    const socket = connect(target.port, '127.0.0.1')
    const bytes = flood.bytes(target, n)
    open.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      open.delete(socket)
      mostBytes = Math.max(mostBytes, socket.bytesWritten)
    })
    socket.write(bytes)
    if (flood.endless !== undefined) sendEndlessly(socket, flood.endless)
    if (flood.reads) {
      count('open', 1)
      void firstAnswer(socket).then((answer) => {
        count('open', -1)
        count(answer, 1)
      })
    }
    if (flood.resetAfterMs !== undefined) {
      setTimeout(() => socket.resetAndDestroy(), flood.resetAfterMs)
    }
  }

  const sent = floods.map(() => 0)
  const timer = setInterval(() => {
    floods.forEach((flood, at) => {
      const before = sent[at] ?? 0
      const after = Math.min(before + (flood.atOnce ?? 1), flood.inAll ?? Infinity)
      for (let n = before; n < after; n++) attack(flood, n)
      sent[at] = after
    })
  }, INTERVAL_MS)
  return () => {
    clearInterval(timer)
    for (const socket of open) socket.destroy()
    return { answers, mostBytes }
  }
}

function sendEndlessly(socket: Socket, piece: string): void {
  const send = () => {
    while (socket.writable && socket.bytesWritten < MAX_BYTES) if (!socket.write(piece)) return
  }
  socket.on('connect', send).on('drain', send)
}

/** The status that comes first, or `none`. */
function firstAnswer(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.on('data', (chunk) => {
      resolve(/^HTTP\/1\.1 (\d{3})/.exec(chunk.toString('latin1'))?.[1] ?? 'no HTTP')
    })
    socket.on('close', () => {
      resolve('none')
    })
  })
}
