import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildPackages, compile, listPackages, TEMPLATE_PACKAGE } from './packages.ts'
import { ROOT } from './publishable.ts'

/** Builds the app into `dist`, and the packages that it uses each into theirs. */
rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
await buildPackages(listPackages().filter(({ name }) => name !== TEMPLATE_PACKAGE))
compile([join(ROOT, 'tsconfig.build.json')])
