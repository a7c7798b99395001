import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The condition under which a package is used from its sources, in this repository alone. */
export const SOURCE = '@trpc-hybrid/source'

const FOR_DEVELOPMENT = ['scripts', 'devDependencies', 'publishConfig']

export interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly publishConfig?: object
  readonly bin?: Readonly<Record<string, string>>
  readonly [other: string]: unknown
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/**
 * A package's manifest as its users get it. Like pnpm, and unlike npm, it takes what is under `publishConfig`: peers
 * that this repository itself must not install for production.
 */
export function publishable(manifest: Manifest): Manifest {
  const kept = Object.entries(manifest).filter(([name]) => !FOR_DEVELOPMENT.includes(name))
  const exports = Object.entries(manifest.exports).map(([entry, conditions]) => [
    entry,
    Object.fromEntries(Object.entries(conditions).filter(([name]) => name !== SOURCE)),
  ])
  return {
    ...(Object.fromEntries(kept) as Manifest),
    ...manifest.publishConfig,
    exports: Object.fromEntries(exports) as Manifest['exports'],
  }
}

export function writeManifest(folder: string, manifest: Manifest): void {
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** Makes a folder that `npm pack` can pack as it is, of a package that is built. */
export function stage(source: string, target: string): void {
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  cpSync(join(source, 'dist'), join(target, 'dist'), { recursive: true })
  copyFileSync(join(source, 'README.md'), join(target, 'README.md'))
  copyFileSync(join(ROOT, 'LICENSE'), join(target, 'LICENSE'))
  writeManifest(target, publishable(readManifest(source)))
}
