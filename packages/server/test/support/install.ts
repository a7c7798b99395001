import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { tarballOf } from '../../../../scripts/pack.ts'
import { ROOT, run } from './process.ts'

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')
const NPM_INSTALL = ['npm', 'install', '--prefer-offline', '--ignore-scripts', '--no-audit']

/** A folder outside of the repository, in which there is nothing but an ES module of these sources. */
export function emptyApp(sources: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'app-'))
  const files = { 'package.json': '{ "type": "module", "private": true }', ...sources }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

/**
 * Installs packages of this repository, packed, into an app.
 *
 * @param packages their names
 * @param others packages of npm's registry, beside them
 */
export async function packInto(
  folder: string,
  packages: readonly string[],
  others: readonly string[] = [],
): Promise<void> {
  const tarballs = packages.map((name) => join(inject('tarballs'), tarballOf(name)))
  await succeed([...NPM_INSTALL, ...tarballs, ...others], folder)
}

/**
 * Checks every declaration that a program reaches, as an app's strictest settings do, and compiles it.
 *
 * @param skipLibCheck for programs that use packages whose own declarations have faults
 */
export async function compileStrictly(
  folder: string,
  files: readonly string[],
  { skipLibCheck = false }: { readonly skipLibCheck?: boolean } = {},
): Promise<void> {
  const flags = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess']
  const target = ['--target', 'ES2022', '--lib', 'ES2023', '--module', 'NodeNext']
  const resolution = ['--rewriteRelativeImportExtensions', '--types', 'node']
  const settings = [...flags, ...target, ...resolution, '--skipLibCheck', String(skipLibCheck)]
  await succeed([process.execPath, TSC, ...settings, ...files], folder)
}

/** @returns what a command printed; it must end well */
export async function succeed(command: readonly string[], cwd: string): Promise<string> {
  const program = run(command, { cwd })
  const status = await program.exit
  if (status === 0) return program.output()
  throw new Error(`${command.join(' ')} ended with ${status}:\n${program.output()}`)
}
