import { copyFileSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PER_FEATURE, writeFeature } from './feature.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** Files of this repository's app that a large one has as they are. */
const OWN_FILES = ['trpc.ts', 'api.ts', 'main.ts']

/**
 * Writes an app of as many procedures as are asked for, in features of ten: this repository's own with another
 * router, whose types are kept as docs/scaling.md says. It takes the packages as they were built.
 *
 * @returns its folder
 */
export function writeApp(procedures: number): string {
  const folder = mkdtempSync(join(tmpdir(), `procedures-${procedures}-`))
  const source = join(folder, 'src')
  mkdirSync(join(source, 'features'), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  for (const name of OWN_FILES) copyFileSync(join(ROOT, 'src', name), join(source, name))
  const names = featuresOf(procedures)
  for (const [at, name] of names.entries()) {
    const left = procedures - at * PER_FEATURE
    writeFileSync(join(source, 'features', `${name}.router.ts`), writeFeature(name, left))
  }
  writeFileSync(join(source, 'features.ts'), names.map(exportOf).join('\n'))
  writeFileSync(join(source, 'client-features.ts'), clientFeaturesOf(names))
  writeFileSync(join(source, 'router.ts'), ROUTER)
  writeFileSync(join(source, 'client.ts'), clientOf(names))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  return folder
}

/** Their names in the router, in their order. */
export const featuresOf = (procedures: number): readonly string[] =>
  Array.from({ length: Math.ceil(procedures / PER_FEATURE) }, (_, at) => `part${at}`)

const exportOf = (name: string) =>
  `export { ${name}Router as ${name} } from './features/${name}.router.ts'`

const ROUTER = `import * as features from './features.ts'
import { router } from './trpc.ts'

export const appRouter: ReturnType<typeof router<typeof features>> = router(features)

export type AppRouter = typeof appRouter
`

const clientFeaturesOf = (
  names: readonly string[],
) => `import { seenByClients } from '@trpc-hybrid/client'
import type * as features from './features.ts'

${names.map((name) => `export const ${name} = seenByClients<typeof features.${name}>()`).join('\n')}
`

const clientOf = ([
  first = '',
]: readonly string[]) => `import type { ClientRouterOf } from '@trpc-hybrid/client'
import type * as features from './client-features.ts'

export type AppRouter = ClientRouterOf<typeof features, typeof features.${first}>
`

const TSCONFIG = {
  extends: join(ROOT, 'tsconfig.json'),
  compilerOptions: {
    noEmit: false,
    noUnusedLocals: false,
    customConditions: [],
    rootDir: 'src',
    outDir: 'dist',
    declaration: true,
  },
  include: ['src'],
}
