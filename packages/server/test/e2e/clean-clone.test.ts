import { execFile, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { MESSAGES } from '../support/contract.ts'
import { findFreePort } from '../support/http.ts'
import { end, ROOT, run, type Program } from '../support/process.ts'

const exec = promisify(execFile)
const missing = ['git', 'curl'].filter((name) => spawnSync(name, ['--version']).error)
if (!existsSync(join(ROOT, '.git'))) missing.push('a git checkout')
if (missing.length > 0) console.warn(`Skipped the clean clone, for want of ${missing.join(', ')}`)

let program: Program | undefined
afterAll(async () => {
  if (program) await end(program)
})

/** What a clone would hold: every file that is not ignored, as it is now. */
async function cloneInto(folder: string): Promise<void> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const { stdout } = await exec('git', args, { cwd: ROOT })
  for (const file of stdout.split('\0').filter((name) => name && existsSync(join(ROOT, name)))) {
    cpSync(join(ROOT, file), join(folder, file))
  }
}

it.skipIf(missing.length > 0)(
  'a clean clone runs with the first line of the README, and prints lines that work',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'messages-api-'))
    await cloneInto(folder)
    const readme = readFileSync(join(folder, 'README.md'), 'utf8')
    const [line = ''] = /^npm ci && npm run dev/m.exec(readme) ?? []
    const env = {
      PORT: String(await findFreePort()),
      LOCAL_ISSUER_PORT: String(await findFreePort()),
    }
    program = run(['bash', '-c', line], { cwd: folder, env })
    await program.printed(/curl .*\/api\/messages\/admin/)
    const lines = program.output().match(/^ *curl .*$/gm) ?? []
    const answers = await Promise.all(
      lines.map(async (text) => {
        const shell = { cwd: folder, env: { ...process.env, ...env } }
        return (await exec('bash', ['-c', text.replace('curl', 'curl -s')], shell)).stdout
      }),
    )
    expect(answers).toEqual([MESSAGES.public, MESSAGES.protected, MESSAGES.admin])
  },
  300_000,
)
