import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEMO_PACKAGES } from '../packages/create/src/leave-out.ts'
import { readManifest, ROOT } from './publishable.ts'

/** Of this repository's manifest, what an app needs too. */
const DEPENDENCIES = ['@modelcontextprotocol/server', '@trpc/server', 'zod']
const DEV_DEPENDENCIES = [
  ...['@trpc/client', '@types/node', '@types/supertest', 'eslint', 'pino-pretty', 'supertest'],
  ...['tsx', 'typescript', 'typescript-eslint', 'vitest'],
  ...DEMO_PACKAGES,
].sort()
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
  readonly overrides: Readonly<Record<string, unknown>>
}

/**
 * Writes what `npm create @trpc-hybrid` makes an app of: the app and the demo of this repository, and in place of what
 * only this repository needs, the files of `packages/create/app`.
 *
 * @throws {Error} where a file of the app is not as expected
 */
export function writeTemplate(target: string): void {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as RootManifest
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  for (const folder of ['src', 'test']) {
    cpSync(join(ROOT, folder), join(target, folder), { recursive: true })
  }
  for (const part of ['index.html', 'src', '.env.example']) {
    cpSync(join(ROOT, 'examples/react', part), join(target, 'demo', part), { recursive: true })
  }
  cpSync(join(ROOT, 'packages/create/app'), target, { recursive: true })
  copyFileSync(join(ROOT, '.env.example'), join(target, '.env.example'))
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(appOf(manifest), null, 2)}\n`)

  const change = (file: string, before: RegExp, after: string) => {
    const text = readFileSync(join(target, file), 'utf8')
    if (!before.test(text)) throw new Error(`${file} has no ${before}`)
    writeFileSync(join(target, file), text.replace(before, after))
  }
  change('src/api.ts', /version: '.*'/, `version: '${VERSION}'`)
  change('demo/src/api.tsx', /'\.\.\/\.\.\/\.\.\/src\//, "'../../src/")
  change('.env.example', / deploy\/README\.md says [^\n]*/, '')
  change('.env.example', /example\.com\/messages/, 'example.com/v1')
}

/** A shell that npm stops would leave the program behind. Windows has no `exec`. */
const inPlaceOfShell = (command: string) => `exec ${command} || ${command}`

function appOf({ name, engines, overrides, ...manifest }: RootManifest): object {
  const version = String(readManifest(join(ROOT, 'packages/server'))['version'])
  const others = { ...manifest.dependencies, ...manifest.devDependencies }
  const pick = (engine: readonly string[], names: readonly string[]) =>
    Object.fromEntries<string>([
      ...engine.map((one) => [one, `^${version}`] as const),
      ...names.map((one) => [one, others[one] ?? ''] as const),
    ])
  const ofDemo = Object.entries(overrides).filter(([one]) => DEMO_PACKAGES.includes(one))
  return {
    name,
    version: VERSION,
    private: true,
    type: 'module',
    engines,
    scripts: {
      predev: 'hybrid-ports',
      dev: inPlaceOfShell('tsx watch --clear-screen=false --include .env src/main.ts'),
      demo: 'vite demo',
      token: 'hybrid-token',
      'check:issuer': 'hybrid-check-issuer',
      build: 'tsc -p tsconfig.build.json',
      start: inPlaceOfShell('node dist/main.js'),
      test: 'vitest run',
      typecheck: 'tsc && tsc -p demo',
      lint: 'eslint .',
    },
    dependencies: pick(ENGINE, DEPENDENCIES),
    devDependencies: pick(DEV_ENGINE, DEV_DEPENDENCIES),
    overrides: Object.fromEntries(ofDemo),
  }
}
