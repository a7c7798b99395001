import { spawn, type ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const REAPER = fileURLToPath(new URL('reaper.js', import.meta.url))

let reaperInput: Writable | undefined

/** A process of its own, because one that is killed can't clean up; in a group of its own, because Ctrl+C reaches all of ours. */
function startReaper(): Writable {
  const reaper = spawn(process.execPath, [REAPER], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  reaper.unref()
  const { stdin } = reaper
  stdin.on('error', () => undefined)
  if (stdin instanceof Socket) stdin.unref()
  return stdin
}

/** Has a detached child and all that it starts killed when this process ends, however that comes about. */
export function endWithUs(child: ChildProcess): void {
  const { pid } = child
  if (pid === undefined) return
  const input = (reaperInput ??= startReaper())
  input.write(`${pid}\n`)
  child.once('exit', () => {
    if (!isGroupAlive(pid)) input.write(`-${pid}\n`)
  })
}

function isGroupAlive(pid: number): boolean {
  try {
    return process.kill(-pid, 0)
  } catch {
    return false
  }
}
