import { isBuiltin } from 'node:module'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

/** What is imported by the files that one of these entries loads. */
async function importsOf(...entries: readonly string[]): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: entries.map((entry) => `packages/trpc-hybrid/src/${entry}.ts`),
    bundle: true,
    write: false,
    outdir: 'unused',
    metafile: true,
    platform: 'node',
    packages: 'external',
  })
  const files = Object.values(metafile.inputs)
  return files.flatMap(({ imports }) => imports.map(({ path }) => path))
}

it('what serves `Request`s imports nothing of Node.js itself', async () => {
  const imports = await importsOf('index', 'adapters/fetch')
  expect(imports).toContain('zod')
  expect(imports.filter(isBuiltin)).toEqual([])
})
