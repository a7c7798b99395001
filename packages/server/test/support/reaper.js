// Kills the process groups that a test process has left running, once that one is gone, however it went: then the
// standard input of this process ends. Each line of it is a group to kill, or `-` and one to spare.
import { createInterface } from 'node:readline'

const groups = new Set()

createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (line.startsWith('-')) groups.delete(line.slice(1))
    else groups.add(line)
  })
  .on('close', () => {
    for (const group of groups) {
      try {
        process.kill(-Number(group), 'SIGKILL')
      } catch {
        // it has just ended
      }
    }
  })
