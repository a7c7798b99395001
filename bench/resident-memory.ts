import { execFileSync } from 'node:child_process'

/** What a process takes of the machine's memory, in MiB. */
export function residentMiB(pid: number): number {
  const kib = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })
  return Number(kib) / 1024
}
