import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { buildPackages, listPackages } from './packages.ts'
import { ROOT, stage } from './publishable.ts'

/** Asks publint and attw whether what npm's registry would hold can be used. They must have nothing to say. */
const packages = listPackages()
await buildPackages(packages)
const staged = mkdtempSync(join(tmpdir(), 'packages-'))
const run = (program: string, ...args: string[]) => {
  execFileSync(join(ROOT, 'node_modules/.bin', program), args, { stdio: 'inherit', cwd: staged })
}
try {
  for (const { name, folder } of packages) {
    const target = join(staged, name)
    stage(folder, target)
    run('publint', 'run', target, '--strict')
    run('attw', '--pack', target, '--profile', 'esm-only', '--quiet')
  }
} finally {
  rmSync(staged, { recursive: true })
}
