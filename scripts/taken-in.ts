import { dirname, join } from 'node:path'
import type { Plugin } from 'esbuild'
import { ROOT } from './publishable.ts'

/**
 * Of trpc-openapi we use the generator. Importing it loads its adapters too, with fifteen packages that these need:
 * a tenth of a start, and Node.js' servers, which other runtimes have not.
 */
export const TAKEN_IN: readonly string[] = ['trpc-openapi']

/** Of a request that the plugin makes itself. */
const RESOLVED = Symbol('resolved')

/**
 * Joins what is used of the packages in `TAKEN_IN` with our own modules, and leaves all others to whoever installs
 * ours.
 *
 * @param taken gets the names of those that were used
 */
export function takeIn(taken: Set<string>): Plugin {
  return {
    name: 'take-in',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir, pluginData }) => {
        if (kind === 'entry-point' || pluginData === RESOLVED) return undefined
        if (!TAKEN_IN.includes(path)) return { path, external: true, sideEffects: false }
        taken.add(path)
        const found = await build.resolve(path, { kind, resolveDir, pluginData: RESOLVED })
        return { ...found, sideEffects: false }
      })
      build.onResolve({ filter: /^\./ }, ({ path, importer }) =>
        TAKEN_IN.some((name) => importer.startsWith(join(ROOT, 'node_modules', name)))
          ? { path: join(dirname(importer), path), sideEffects: false }
          : undefined,
      )
    },
  }
}
