import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { MESSAGES } from '../../server/test/support/contract.ts'
import { findFreePort } from '../../server/test/support/http.ts'
import { succeed } from '../../server/test/support/install.ts'
import { end, run } from '../../server/test/support/process.ts'
import { startRegistry } from '../../server/test/support/registry.ts'

type Registry = Awaited<ReturnType<typeof startRegistry>>

let registry: Registry
beforeAll(async () => {
  const others = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()
  registry = await startRegistry(inject('tarballs'), others)
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
    .filter((name) => !/^(node_modules|dist|\.local-issuer)(\/|$)|package-lock/.test(name))
    .filter((name) => /\.[a-z]+$|^\./.test(name))
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(app, name), 'utf8')]))
}

const versionOf = (app: string, name: string) =>
  (JSON.parse(readFileSync(join(app, 'node_modules', name, 'package.json'), 'utf8')) as Versioned)
    .version
interface Versioned {
  readonly version: string
}

/** Runs an app as its owner does in development. @returns what the lines for curl that it prints give */
async function tryOut(app: string): Promise<string[]> {
  const env = {
    PORT: String(await findFreePort()),
    LOCAL_ISSUER_PORT: String(await findFreePort()),
  }
  const program = run(['npm', 'run', 'dev'], { cwd: app, env })
  try {
    await program.printed(/curl .*\/api\/messages\/admin/)
    const lines = program.output().match(/^ *curl .*$/gm) ?? []
    return lines.map((line) =>
      execFileSync('bash', ['-c', line.replace('curl', 'curl -s')], {
        cwd: app,
        env: { ...process.env, ...env },
        encoding: 'utf8',
      }),
    )
  } finally {
    await end(program)
  }
}

describe('npm create @trpc-hybrid', () => {
  it('makes an app that runs, is tested and typed, and that npm update alone brings up to date', async () => {
    const folder = emptyFolder()
    const told = await npm('create --yes @trpc-hybrid reports-api', folder)
    expect(told).toContain('cd reports-api')
    const app = join(folder, 'reports-api')
    const before = filesOf(app)
    expect(before['src/api.ts']).toContain("title: 'Reports API'")

    await npm('install', app)
    expect(await tryOut(app)).toEqual([MESSAGES.public, MESSAGES.protected, MESSAGES.admin])
    await npm('run typecheck', app)
    await npm('run build', app)
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
    expect(await tryOut(app)).toEqual([MESSAGES.public, MESSAGES.protected, MESSAGES.admin])
    expect(filesOf(app)).toEqual(before)
  }, 600_000)

  it('leaves the messages and the docs page out without a trace', async () => {
    const folder = emptyFolder()
    await npm('create --yes @trpc-hybrid bare-api -- --no-messages --no-docs', folder)
    const app = join(folder, 'bare-api')
    const traces = Object.entries(filesOf(app))
      .filter(([name]) => name !== '.env.example') // its comments have an example of a path
      .filter((file) => /messages/i.test(file.join()))
    expect(traces).toEqual([])
    await npm('install', app)
    await npm('run typecheck', app)
    await npm('test', app)
  }, 300_000)

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
