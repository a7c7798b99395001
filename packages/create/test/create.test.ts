import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { MESSAGES } from '../../server/test/support/contract.ts'
import { findFreePort, isListening } from '../../server/test/support/http.ts'
import { succeed } from '../../server/test/support/install.ts'
import { end, run } from '../../server/test/support/process.ts'
import { startRegistry } from '../../server/test/support/registry.ts'
import { PARTS } from '../src/create-app.ts'

type Registry = Awaited<ReturnType<typeof startRegistry>>

let registry: Registry
/** What was said when an app was made, and where it is, with its packages installed. */
let told: string
let app: string
beforeAll(async () => {
  const others = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()
  registry = await startRegistry(inject('tarballs'), others)
  const folder = emptyFolder()
  told = await npm('create --yes @trpc-hybrid reports-api', folder)
  app = join(folder, 'reports-api')
  await npm('install', app)
})
afterAll(() => registry.close())

const npm = (words: string, folder: string) =>
  succeed(
    [
      'env',
      `npm_config_registry=${registry.url}`,
      'npm_config_audit=false',
      'npm',
      ...words.split(' '),
    ],
    folder,
  )

const emptyFolder = () => mkdtempSync(join(tmpdir(), 'created-'))

/** Every file that its owner would look at, with its text. */
function filesOf(app: string): Record<string, string> {
  const names = readdirSync(app, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/^(node_modules|(demo\/)?dist|\.local-issuer)(\/|$)|package-lock/.test(name))
    .filter((name) => /\.[a-z]+$|^\./.test(name))
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(app, name), 'utf8')]))
}

const versionOf = (app: string, name: string) =>
  (JSON.parse(readFileSync(join(app, 'node_modules', name, 'package.json'), 'utf8')) as Versioned)
    .version
interface Versioned {
  readonly version: string
}

/**
 * Runs an app as its owner does, and stops npm alone, as a supervisor does.
 *
 * @returns what the lines for curl that it prints give
 */
async function tryOut(app: string, command: string): Promise<string[]> {
  const port = await findFreePort()
  const env = { PORT: String(port), LOCAL_ISSUER_PORT: String(await findFreePort()) }
  const program = run(['npm', 'run', command], { cwd: app, env })
  try {
    await program.printed(/curl .*\/api\/messages\/admin/)
    const lines = program.output().match(/^ *curl .*$/gm) ?? []
    const answers = lines.map((line) =>
      execFileSync('bash', ['-c', line.replace('curl', 'curl -s')], {
        cwd: app,
        env: { ...process.env, ...env },
        encoding: 'utf8',
      }),
    )
    program.child.kill('SIGTERM')
    await expect.poll(() => isListening(port)).toBe(false)
    return answers
  } finally {
    await end(program)
  }
}

describe('npm create @trpc-hybrid', () => {
  it('shows what it made, and ends with the lines to type', () => {
    expect(told).toContain('\n  src/router.ts\n')
    expect(told.trimEnd()).toMatch(/\n\n {2}cd reports-api\n {2}npm install\n {2}npm run dev$/)
  })

  it.each(PARTS)('makes an app that is green without: %s', async (part) => {
    const folder = emptyFolder()
    await npm(`create --yes @trpc-hybrid bare-api -- --no-${part}`, folder)
    const bare = join(folder, 'bare-api')
    symlinkSync(join(app, 'node_modules'), join(bare, 'node_modules'))
    await Promise.all(['test', 'run typecheck', 'run lint'].map((words) => npm(words, bare)))
  })

  it('makes an app that runs, is tested, typed and linted, and that npm update alone brings up to date', async () => {
    const before = filesOf(app)
    const answers = [MESSAGES.public, MESSAGES.protected, MESSAGES.admin]
    expect(await tryOut(app, 'dev')).toEqual(answers)
    await npm('run typecheck', app)
    await npm('run lint', app)
    await npm('run build', app)
    expect(await tryOut(app, 'start')).toEqual(answers)
    await succeed(['npx', 'vite', 'build', 'demo'], app)
    await npm('test', app)

    const names = ['server', 'client', 'dev-issuer', 'access-token'].map(
      (name) => `@trpc-hybrid/${name}`,
    )
    const first = versionOf(app, '@trpc-hybrid/server')
    const next = first.replace(/\d+$/, (patch) => String(Number(patch) + 1))
    registry.release(next)
    await npm('update --prefer-online', app)
    expect(names.map((name) => versionOf(app, name))).toEqual(names.map(() => next))
    await npm('run typecheck', app)
    await npm('test', app)
    expect(await tryOut(app, 'dev')).toEqual(answers)
    expect(filesOf(app)).toEqual(before)
  }, 600_000)

  it('refuses a folder that is not empty, and a name that can be no package', async () => {
    const folder = emptyFolder()
    const create = (...words: string[]) =>
      run(
        [
          'env',
          `npm_config_registry=${registry.url}`,
          'npm',
          'create',
          '--yes',
          '@trpc-hybrid',
          ...words,
        ],
        {
          cwd: folder,
        },
      )
    const refused = create('My-API')
    expect(await refused.exit).toBe(1)
    expect(refused.output()).toContain("My-API can't be the name of a package")
    mkdirSync(join(folder, 'full/src'), { recursive: true })
    const full = create('full')
    expect(await full.exit).toBe(1)
    expect(full.output()).toContain('full is not empty')
  }, 120_000)
})
