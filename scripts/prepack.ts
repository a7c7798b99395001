import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { buildPackages, listPackages } from './packages.ts'
import { publishable, readManifest, ROOT, writeManifest } from './publishable.ts'

/** Makes the package in the working directory ready for `npm pack`; `postpack.ts` takes it back. */
const folder = process.cwd()
const kept = join(folder, '.package.json')
if (existsSync(kept)) copyFileSync(kept, join(folder, 'package.json')) // the last time was interrupted
await buildPackages(listPackages().filter((one) => one.folder === folder))
copyFileSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'))
copyFileSync(join(folder, 'package.json'), kept)
writeManifest(folder, publishable(readManifest(folder)))
