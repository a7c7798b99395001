import { execFile } from 'node:child_process'
import { readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AUDIENCE, startIssuer, type TestIssuer } from '../support/issuer.ts'
import { describeInBrowser, launchBrowser } from '../support/browser.ts'
import { onDemo, startBuiltDemo } from '../support/demo.ts'
import { findFreePort } from '../support/http.ts'
import { end, run, TYPESCRIPT } from '../support/process.ts'
import { createProject, follow } from '../support/walkthrough.ts'

const exec = promisify(execFile)

let issuer: TestIssuer
beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())

/** A Node.js that has SQLite, and its types, out of npm's registry. */
async function findNodeWithSqlite(): Promise<{ node?: string; types?: string }> {
  const packages = ['-y', '-p', 'node@24', '-p', '@types/node@24']
  const find = "require.resolve('@types/node/package.json', { paths: [process.execPath] })"
  const print = `JSON.stringify({ node: process.execPath, types: path.dirname(${find}) })`
  try {
    const { stdout } = await exec('npx', [...packages, 'node', '-p', print], {
      cwd: tmpdir(), // here npx would take this project's types
      timeout: 60_000,
    })
    return JSON.parse(stdout) as { node: string; types: string }
  } catch (error) {
    console.warn(`Skipped: the feature with a database. There is no Node.js 24: ${String(error)}`)
    return {}
  }
}

/** Builds and starts the project. @returns the statuses of some paths */
async function statusesOf(
  folder: string,
  paths: readonly string[],
  node = process.execPath,
): Promise<number[]> {
  await exec('npm', ['run', 'build'], { cwd: folder })
  const program = run([node, join(folder, 'dist/main.js')], {
    cwd: folder,
    env: {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: '0',
      CLIENT_ORIGIN_URL: 'https://app.example.com',
      ISSUER_BASE_URL: issuer.url,
      AUTH0_AUDIENCE: AUDIENCE,
    },
  })
  try {
    const [, port] = await program.printed(/"port":(\d+)/)
    const responses = paths.map((path) => fetch(`http://127.0.0.1:${port}${path}`))
    return (await Promise.all(responses)).map(({ status }) => status)
  } finally {
    await end(program)
  }
}

async function succeed(
  folder: string,
  command: readonly string[],
  node = process.execPath,
): Promise<void> {
  const [name = '', ...args] = command
  const program = run([node, realpathSync(join(folder, 'node_modules/.bin', name)), ...args], {
    cwd: folder,
  })
  const status = await program.exit
  if (status !== 0)
    throw new Error(`${command.join(' ')} ended with ${status}:\n${program.output()}`)
}

/** The packages are this project's, with types of an older Node.js. */
function useTypesOfSqlite(folder: string, typesOfNode: string): void {
  const file = join(folder, 'tsconfig.json')
  const settings = JSON.parse(readFileSync(file, 'utf8')) as { compilerOptions: object }
  const types = ['node', join(typesOfNode, 'sqlite')]
  const compilerOptions = { ...settings.compilerOptions, types }
  writeFileSync(file, JSON.stringify({ ...settings, compilerOptions }))
}

describe('docs/add-a-feature.md', { timeout: 300_000 }, () => {
  it('adds a feature that compiles, leaves the tests green and is served', async () => {
    const folder = createProject('reports-api')
    await follow(folder, 'rename')
    await follow(folder, 'feature')
    const { node, types } = await findNodeWithSqlite()
    if (types !== undefined) {
      await follow(folder, 'database')
      useTypesOfSqlite(folder, types)
    }
    await succeed(folder, ['tsc'])
    await succeed(folder, ['vitest', 'run'], node)
    const statuses = await statusesOf(folder, ['/api/reports/1', '/docs'], node)
    expect(statuses).toEqual([401, 200])
  })

  it('takes API keys and a webhook', async () => {
    const folder = createProject('keys-api')
    await follow(folder, 'keys')
    await follow(folder, 'webhook')
    await succeed(folder, ['tsc'])
    await succeed(folder, ['vitest', 'run'])
  })

  it('says how to leave out what is not needed', async () => {
    const folder = createProject('bare-api')
    await follow(folder, 'remove-messages')
    await succeed(folder, ['tsc'])
    await succeed(folder, ['vitest', 'run'])
    await follow(folder, 'remove-parts')
    const paths = ['/livez', '/api/messages/public', '/docs']
    expect(await statusesOf(folder, paths)).toEqual([200, 404, 404])
  })
})

describeInBrowser('the form that docs/add-a-feature.md adds to the demo', () => {
  it('adds as somebody who may, once it is built', async ({ onTestFinished }) => {
    const folder = createProject('reports-api')
    await follow(folder, 'feature')
    await follow(folder, 'demo')
    const port = await findFreePort()
    const origin = `http://localhost:${port}`
    const api = run([process.execPath, ...TYPESCRIPT, 'src/main.ts'], {
      cwd: folder,
      env: { PORT: '0', LOCAL_ISSUER_PORT: '0', CLIENT_ORIGIN_URL: origin },
    })
    onTestFinished(() => end(api))
    const [, address = '', issuer = ''] = await api.printed(/API +(\S+)\n.*issuer +(\S+)/)
    const demo = await startBuiltDemo({ folder, port, api: address, issuer })
    onTestFinished(() => end(demo))
    const browser = await launchBrowser()
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    const person = onDemo(page)
    const add = async () => {
      await page.getByLabel('Title').fill('Q1')
      await person.press('Add')
    }

    await page.goto(origin)
    await add()
    await person.says('Reports', 'Sign in first.')
    expect(await page.getByLabel('Title').inputValue()).toBe('Q1')
    await person.signIn('Ada Admin')
    await add()
    await person.says('Reports', 'Added as number 1.')
    await person.press('Sign out')
    await person.signIn('Uma User')
    await add()
    await person.says(
      'Reports',
      'You lack the permission write:reports. Sign in as somebody who has it.',
    )
  })
})
