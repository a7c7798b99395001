import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { publishable, readManifest, ROOT, writeManifest } from './publishable.ts'

/** Makes the package in the working directory ready for `npm pack`; `postpack.ts` takes it back. */
const folder = process.cwd()
const kept = join(folder, '.package.json')
if (existsSync(kept)) copyFileSync(kept, join(folder, 'package.json')) // the last time was interrupted
rmSync(join(folder, 'dist'), { recursive: true, force: true })
execFileSync('tsc', ['-b', 'tsconfig.build.json'], { cwd: folder, stdio: 'inherit', shell: true })
copyFileSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'))
copyFileSync(join(folder, 'package.json'), kept)
writeManifest(folder, publishable(readManifest(folder)))
