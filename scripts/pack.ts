import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPackages, type Package } from './packages.ts'
import { stage } from './publishable.ts'

/** The name of the file that holds a packed package. */
export const tarballOf = (name: string) => `${name.replace(/^@/, '').replace('/', '-')}.tgz`

/** Builds packages and packs each into a file in `target`, as npm's registry would have it. */
export async function packPackages(packages: readonly Package[], target: string): Promise<void> {
  await buildPackages(packages)
  mkdirSync(target, { recursive: true })
  const staged = mkdtempSync(join(tmpdir(), 'packages-'))
  for (const { name, folder } of packages) {
    stage(folder, join(staged, name))
    const args = ['pack', join(staged, name), '--json', '--pack-destination', staged]
    const [packed] = JSON.parse(execFileSync('npm', args, { encoding: 'utf8' })) as Packed[]
    execFileSync('cp', [join(staged, packed?.filename ?? ''), join(target, tarballOf(name))])
  }
  rmSync(staged, { recursive: true })
}

interface Packed {
  readonly filename: string
}
