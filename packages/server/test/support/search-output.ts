import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findLeaks, FOLDER_VARIABLE } from './leaks.ts'

/** When all tests have run: fails the run if anything that a server wrote holds a token that a test used. */
export default function gatherOutput(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'messages-output-'))
  process.env[FOLDER_VARIABLE] = folder
  return function searchOutput() {
    const leaks = findLeaks(folder)
    rmSync(folder, { recursive: true })
    if (leaks.length === 0) return
    const first = leaks[0]?.slice(0, 100)
    process.stderr.write(
      `\nFAILED: servers wrote tokens that tests used, ${leaks.length} times: ${first}…\n`,
    )
    process.exitCode = 1 // Vitest only prints what a teardown throws
  }
}
