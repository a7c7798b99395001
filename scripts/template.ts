import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readManifest, ROOT } from './publishable.ts'

/** Of this repository's manifest, what an app needs too. */
const DEPENDENCIES = ['@modelcontextprotocol/server', '@trpc/server', 'zod']
const DEV_DEPENDENCIES = [
  ...['@trpc/client', '@types/node', '@types/supertest', 'pino-pretty', 'supertest'],
  ...['tsx', 'typescript', 'vitest'],
]
/** Packages of this repository, which are released together. */
const ENGINE = ['@trpc-hybrid/server']
const DEV_ENGINE = ['@trpc-hybrid/client', '@trpc-hybrid/dev-issuer']

/** Of an app that was just made. */
const VERSION = '0.1.0'

interface RootManifest {
  readonly name: string
  readonly engines: unknown
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/**
 * Writes what `npm create @trpc-hybrid` makes an app of: the app of this repository, and in place of what only
 * this repository needs, the files of `packages/create/app`.
 */
export function writeTemplate(target: string): void {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as RootManifest
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  cpSync(join(ROOT, 'packages/create/app'), target, { recursive: true })
  for (const folder of ['src', 'test']) {
    cpSync(join(ROOT, folder), join(target, folder), { recursive: true })
  }
  const api = join(target, 'src/api.ts')
  writeFileSync(api, readFileSync(api, 'utf8').replace(/version: '.*'/, `version: '${VERSION}'`))
  copyFileSync(join(ROOT, '.env.example'), join(target, '.env.example'))
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(appOf(manifest), null, 2)}\n`)
}

function appOf({ name, engines, dependencies, devDependencies }: RootManifest): object {
  const version = String(readManifest(join(ROOT, 'packages/server'))['version'])
  const others = { ...dependencies, ...devDependencies }
  const pick = (engine: readonly string[], names: readonly string[]) =>
    Object.fromEntries<string>([
      ...engine.map((one) => [one, `^${version}`] as const),
      ...names.map((one) => [one, others[one] ?? ''] as const),
    ])
  return {
    name,
    version: VERSION,
    private: true,
    type: 'module',
    engines,
    scripts: {
      predev: 'hybrid-ports',
      dev: 'tsx watch --clear-screen=false --include .env src/main.ts',
      token: 'hybrid-token',
      'check:issuer': 'hybrid-check-issuer',
      build: 'tsc -p tsconfig.build.json',
      start: 'node dist/main.js',
      test: 'vitest run',
      typecheck: 'tsc',
    },
    dependencies: pick(ENGINE, DEPENDENCIES),
    devDependencies: pick(DEV_ENGINE, DEV_DEPENDENCIES),
  }
}
