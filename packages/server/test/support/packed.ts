import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { packPackages } from '../../../../scripts/pack.ts'
import { listPackages } from '../../../../scripts/packages.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the packages of this repository are, packed as for npm's registry. */
    tarballs: string
  }
}

/** Packs every package once for all tests. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'tarballs-'))
  await packPackages(listPackages(), folder)
  project.provide('tarballs', folder)
  return () => {
    rmSync(folder, { recursive: true })
  }
}
