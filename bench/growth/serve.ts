import { join } from 'node:path'
import { buildSync } from 'esbuild'

/** Joins an app's modules as its owner's bundler would. @returns what Node.js runs */
export function bundleApp(folder: string): string {
  const outfile = join(folder, 'dist/main.js')
  buildSync({
    entryPoints: [join(folder, 'src/main.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
  })
  return outfile
}
