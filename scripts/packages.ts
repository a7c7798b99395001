import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { writeTemplate } from './template.ts'
import { takeIn } from './taken-in.ts'
import { readManifest, ROOT, SOURCE, type Manifest } from './publishable.ts'

/** A package of this repository that is built from TypeScript. */
export interface Package {
  readonly name: string
  readonly folder: string
  /** What its users can import (`.` and others), with the declarations of each, such as `./dist/index.d.ts`. */
  readonly entries: readonly (readonly [name: string, types: string])[]
}

/** It holds this repository's app. */
export const TEMPLATE_PACKAGE = '@trpc-hybrid/create'

const BUILD = 'tsconfig.build.json'
/** What is read when the package runs, beside its modules. */
const ASSETS = ['docs/assets']

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
export async function buildPackages(packages: readonly Package[]): Promise<void> {
  for (const { folder } of packages) rmSync(join(folder, 'dist'), { recursive: true, force: true })
  compile(packages.map(({ folder }) => join(folder, BUILD)))
  for (const one of packages) await joinModules(one)
}

/** Writes the declarations of projects, and of those that they refer to. */
export function compile(projects: readonly string[]): void {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-b', ...projects], { stdio: 'inherit' })
}

/**
 * Joins a package's modules into one file for each that can be imported or run, and what these share: Node.js takes
 * a third of a start to find and read a hundred files.
 */
async function joinModules({ folder }: Package): Promise<void> {
  const manifest = readManifest(folder)
  const taken = new Set<string>()
  await build({
    entryPoints: sourcesOf(manifest).map((source) => join(folder, source)),
    outbase: join(folder, 'src'),
    outdir: join(folder, 'dist'),
    bundle: true,
    splitting: true,
    plugins: [takeIn(taken)],
    format: 'esm',
    platform: manifest['engines'] ? 'node' : 'neutral', // one that runs in browsers names no Node.js
    target: manifest['engines'] ? 'node20.19' : 'es2022',
    sourcemap: true,
    logLevel: 'warning',
  })
  for (const name of taken) {
    cpSync(join(ROOT, 'node_modules', name, 'LICENSE'), join(folder, 'dist', `LICENSE.${name}`))
  }
  if (manifest.name === TEMPLATE_PACKAGE) writeTemplate(join(folder, 'dist/template'))
  for (const assets of ASSETS.filter((name) => existsSync(join(folder, 'src', name)))) {
    cpSync(join(folder, 'src', assets), join(folder, 'dist', assets), { recursive: true })
  }
}

function sourcesOf({ exports, bin = {} }: Manifest): string[] {
  const imported = Object.values(exports).map((conditions) => conditions[SOURCE] ?? '')
  const run = Object.values(bin).map((file) =>
    file.replace(/^(\.\/)?dist\//, 'src/').replace(/\.js$/, '.ts'),
  )
  return [...imported, ...run]
}
