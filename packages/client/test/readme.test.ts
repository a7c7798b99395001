import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { publicMessage } from '../../../src/messages/messages.ts'
import { appRouter } from '../../../src/router.ts'
import { useServer } from '../../server/test/support/fixtures.ts'
import { ROOT, run } from '../../server/test/support/process.ts'
import { readBlocks } from '../../server/test/support/walkthrough.ts'

const fixture = useServer({ router: appRouter })

/** What a shell prints of a command that ends well. */
async function outputOf(command: readonly string[], cwd: string): Promise<string> {
  const program = run(command, { cwd })
  expect(await program.exit, program.output()).toBe(0)
  return program.output()
}

it('the sample of the typed client compiles, and works for somebody who has not signed in', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'messages-sample-'))
  const sample = readBlocks('docs/clients.md').find(({ words }) => words.includes('client.ts'))
  const code = sample?.text.replace('http://localhost:6060', fixture.server.url) ?? ''
  const compilerOptions = {
    lib: ['ES2023', 'DOM'],
    typeRoots: [`${ROOT}node_modules/@types`],
  }
  const settings = { extends: `${ROOT}tsconfig.json`, compilerOptions, include: ['client.ts'] }
  writeFileSync(join(folder, 'client.ts'), code)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
  symlinkSync(`${ROOT}src`, join(folder, 'src'))
  symlinkSync(`${ROOT}node_modules`, join(folder, 'node_modules'))

  expect(await outputOf(['npx', 'tsc'], folder)).toBe('')
  expect(
    await outputOf(['npx', 'tsx', '--conditions=@trpc-hybrid/source', 'client.ts'], folder),
  ).toBe(`${publicMessage().message}\nUNAUTHORIZED Requires authentication\nundefined\n`)
})
