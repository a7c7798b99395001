import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** A command and its arguments. */
export type Command = readonly [program: string, ...args: string[]]

/** Which core the servers have, and which one the load. Both `undefined`: pinning isn't possible. */
export interface Cores {
  readonly server: number | undefined
  readonly load: number | undefined
}

/**
 * The first and the last core that this process may use: neighbours may be two threads of one core.
 * Linux with `taskset` only.
 */
export function findCores(): Cores {
  const status = '/proc/self/status'
  if (!existsSync(status) || !isInstalled('taskset')) return { server: undefined, load: undefined }
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync(status, 'utf8'))?.[1] ?? ''
  const ids = list.split(/[,-]/).map(Number)
  const [server, load] = [ids[0], ids.at(-1)]
  return server === load ? { server: undefined, load: undefined } : { server, load }
}

export function pinned(core: number | undefined, command: Command): Command {
  return core === undefined ? command : ['taskset', '-c', String(core), ...command]
}

export function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}
