import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { end, ROOT, run, type Program } from '../support/process.ts'

const project = mkdtempSync(join(tmpdir(), 'messages-dev-'))
for (const name of ['src', 'package.json', 'tsconfig.json']) {
  cpSync(join(ROOT, name), join(project, name), { recursive: true })
}
symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'))

let program: Program | undefined
afterAll(async () => {
  if (program) await end(program)
})

const LINE = /curl (http:\S+)\/api\/messages\/public/.source

/** @returns what the server answers after it has started for the nth time */
async function publicMessage(dev: Program, nth: number): Promise<string> {
  const [, api] = await dev.printed(new RegExp(`(?:${LINE}[^]*?){${nth}}`))
  return (await fetch(`${api}/api/messages/public`)).text()
}

it('starts again when the source changes', async () => {
  writeFileSync(join(project, '.env'), 'PORT=0\nLOCAL_ISSUER_PORT=0\n')
  program = run(['npm', 'run', '-s', 'dev'], { cwd: project })
  expect(await publicMessage(program, 1)).toContain("doesn't require an access token")

  const source = join(project, 'src/messages/messages.ts')
  const text = readFileSync(source, 'utf8')
  writeFileSync(source, text.replace("The API doesn't require an access token", 'Changed:'))
  expect(await publicMessage(program, 2)).toContain('Changed: to share')
})

it('explains a setting that can not be used, and starts again once it is mended', async () => {
  const dev = program as Program
  writeFileSync(join(project, '.env'), 'PORT=nonsense\n')
  await dev.printed(/Invalid settings:\n {2}PORT: must be a port/)
  writeFileSync(join(project, '.env'), 'PORT=0\nLOCAL_ISSUER_PORT=0\n')
  expect(await publicMessage(dev, 3)).toContain('Changed: to share')
})
