import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Names the folder of a run, in which its processes keep what they share. */
export const RUN_FOLDER_VARIABLE = 'MESSAGES_TEST_FOLDER'

/** Gives a run a folder for its temporary files, so that none stays behind. */
export default function makeTemporaryFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'messages-test-'))
  chmodSync(folder, 0o711) // some programs run as another user where the tests run as root
  process.env['TMPDIR'] = folder
  process.env[RUN_FOLDER_VARIABLE] = folder
  return () => {
    rmSync(folder, { recursive: true, force: true })
  }
}
