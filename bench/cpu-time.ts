import { existsSync, readFileSync } from 'node:fs'

/** The kernel counts in these towards programs, whatever it uses inside (USER_HZ). */
const TICKS_PER_SECOND = 100

/**
 * Processor time that a process has used, all its threads together, in seconds. It says what a request
 * costs even where other programs keep the machine busy. Linux only.
 */
export function cpuSeconds(pid: number): number | undefined {
  const path = `/proc/${pid}/stat`
  if (!existsSync(path)) return undefined
  const stat = readFileSync(path, 'utf8')
  // The name comes second, in brackets, and may hold spaces; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
