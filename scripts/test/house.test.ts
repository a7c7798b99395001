import { expect, it } from 'vitest'
import { ROOT, run, TYPESCRIPT } from '../../packages/server/test/support/process.ts'

it('the picture of the house shows the packages and their imports as they are, none upwards', async () => {
  const command = [process.execPath, ...TYPESCRIPT, 'scripts/house.ts', '--check']
  const program = run(command, { cwd: ROOT })
  expect(await program.exit, program.output()).toBe(0)
})
