import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readManifest, ROOT } from './publishable.ts'

/** A package of this repository that is built by `tsc`. */
export interface Package {
  readonly name: string
  readonly folder: string
  /** What its users can import (`.` and others), with the declarations of each, such as `./dist/index.d.ts`. */
  readonly entries: readonly (readonly [name: string, types: string])[]
}

const BUILD = 'tsconfig.build.json'

export function listPackages(): Package[] {
  return readdirSync(join(ROOT, 'packages'))
    .map((name) => join(ROOT, 'packages', name))
    .filter((folder) => existsSync(join(folder, BUILD)))
    .map((folder) => {
      const { name, exports } = readManifest(folder)
      const entries = Object.entries(exports).map(
        ([entry, { types = '' }]) => [entry, types] as const,
      )
      return { name, folder, entries }
    })
}

/** Builds packages from nothing, each after those that it refers to. */
export function buildPackages(packages: readonly Package[]): void {
  for (const { folder } of packages) rmSync(join(folder, 'dist'), { recursive: true, force: true })
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const projects = packages.map(({ folder }) => join(folder, BUILD))
  execFileSync(process.execPath, [tsc, '-b', ...projects], { stdio: 'inherit' })
}
