import { writeSync } from 'node:fs'
import type { DestinationStream } from 'pino'

/** Lines are written once this much has gathered: a system call costs more than a line. */
const BUFFER_CHARS = 4096
const FLUSH_INTERVAL_MS = 250
/** How much may wait for a reader that doesn't keep up. Lines over it are dropped. */
const MAX_WAITING_CHARS = 1024 * 1024
const RETRY_MS = 10
/** How long what waits has to be read when the process ends. */
const LAST_FLUSH_MS = 500

/** What JSON leaves as it is, and terminals (C1 controls such as CSI) or readers of lines obey. */
const CONTROLS = /[\u0080-\u009f\u2028\u2029]/g

const STDOUT = 1
const NEWLINE = 10

export interface LogOutput extends DestinationStream {
  /** Writes what waits, as far as somebody reads it. */
  readonly flushSync: () => void
  /** How many lines were dropped. */
  readonly dropped: () => number
}

/**
 * The standard output, without waiting for it: pino's own would block the process while a pipe is full. What is
 * still waiting is written when the process exits, and before a fatal error ends it.
 */
export function createLogOutput(): LogOutput {
  Reflect.get(process, 'stdout') // once that is made, a full pipe answers EAGAIN and doesn't block
  let waiting = ''
  let rest = Buffer.alloc(0)
  let stuck = false
  let dropped = 0
  let toldOf = 0

  function takeWaiting(): void {
    if (dropped > toldOf) {
      const line = {
        level: 40,
        time: Date.now(),
        lines: dropped - toldOf,
        msg: 'log lines dropped',
      }
      waiting += `${JSON.stringify(line)}\n`
      toldOf = dropped
    }
    rest = encode(waiting)
    waiting = ''
  }

  function flush(): void {
    stuck = false
    try {
      for (;;) {
        if (rest.length === 0) takeWaiting()
        if (rest.length === 0) return
        rest = rest.subarray(writeSync(STDOUT, rest))
      }
    } catch (error) {
      stuck = (error as NodeJS.ErrnoException).code === 'EAGAIN'
      if (stuck) return
      dropped += rest.filter((byte) => byte === NEWLINE).length // the reader has gone, or the disk is full
      rest = Buffer.alloc(0)
    }
  }

  function flushAndRetry(): void {
    flush()
    if (stuck) setTimeout(flushAndRetry, RETRY_MS).unref()
  }

  function flushSync(): void {
    const until = performance.now() + LAST_FLUSH_MS
    flush()
    while (stuck && performance.now() < until) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS)
      flush()
    }
  }

  setInterval(() => {
    if (!stuck) flushAndRetry()
  }, FLUSH_INTERVAL_MS).unref()
  process.once('exit', flushSync)
  return {
    write(line) {
      if (waiting.length >= MAX_WAITING_CHARS) {
        dropped++
        return
      }
      waiting += line
      if (!stuck && waiting.length >= BUFFER_CHARS) flushAndRetry()
    },
    flushSync,
    dropped: () => dropped,
  }
}

/** Lines of ASCII, as nearly all are, are known by their length: an expression would take 1 µs to read each. */
function encode(lines: string) {
  const encoded = Buffer.from(lines)
  if (encoded.length === lines.length) return encoded
  return Buffer.from(
    lines.replace(CONTROLS, (character) => {
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
    }),
  )
}
