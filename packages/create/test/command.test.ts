import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT, run, TYPESCRIPT } from '../../server/test/support/process.ts'

const emptyFolder = () => mkdtempSync(join(tmpdir(), 'command-'))

/** The command as a script runs it: with no terminal. */
async function create(cwd: string, ...words: string[]) {
  const command = join(ROOT, 'packages/create/src/command.ts')
  const program = run([process.execPath, ...TYPESCRIPT, command, ...words], { cwd })
  return { status: await program.exit, output: program.output() }
}

it('says with --help what may be left out, and makes nothing', async () => {
  const cwd = emptyFolder()
  const { status, output } = await create(cwd, 'my-api', '--help')
  expect(status).toBe(0)
  for (const flag of ['messages', 'demo', 'docs', 'issuer'])
    expect(output).toContain(`--no-${flag}`)
  expect(readdirSync(cwd)).toEqual([])
})

it.each([
  ['an unknown flag', ['my-api', '--no-mesages'], "Unknown option '--no-mesages'"],
  ['a value where there is none', ['my-api', '--docs=no'], "'--docs' does not take an argument"],
  ['two folders', ['my-api', 'your-api'], 'One folder is enough: my-api, your-api'],
  ['no folder, with nobody to ask', [], 'Name a folder, or say --yes'],
  [
    'a demo without what it shows',
    ['my-api', '--no-messages', '--demo'],
    "--demo and --no-messages don't go together",
  ],
  ['a name that can be no package', ['My-API'], "My-API can't be the name of a package"],
  ['a name that npm takes for itself', ['node_modules'], "can't be the name of a package"],
  ['a folder that is not empty', ['full'], 'full is not empty: name another folder'],
  ['a folder that is a file', ['full/file'], 'full/file is a file: name another folder'],
])('refuses %s in words, and makes nothing', async (_what, words, reason) => {
  const cwd = emptyFolder()
  mkdirSync(join(cwd, 'full'))
  writeFileSync(join(cwd, 'full/file'), '')
  const { status, output } = await create(cwd, ...words)
  expect(status).toBe(1)
  expect(output).toContain(reason)
  expect(output).not.toMatch(/^ +at /m)
  expect(readdirSync(cwd, { recursive: true }).sort()).toEqual(['full', 'full/file'])
})
