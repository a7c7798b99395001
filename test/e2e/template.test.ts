import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AUDIENCE, startIssuer, type TestIssuer } from '../support/issuer.ts'
import { end, run } from '../support/process.ts'
import { applyDiff, copyProject, readBlocks, writeBlock } from '../support/walkthrough.ts'

const exec = promisify(execFile)
const blocks = readBlocks('docs/add-a-feature.md')

/** Tests of what every router gets: what a feature of one's own could break. */
const GENERAL_TESTS = [
  'test/http',
  'test/openapi/description.test.ts',
  'test/client.test.ts',
  'test/welcome.test.ts',
]

let issuer: TestIssuer
beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())

/** Builds and starts the project. @returns the statuses of some paths */
async function statusesOf(folder: string, paths: readonly string[]): Promise<number[]> {
  await exec('npm', ['run', 'build'], { cwd: folder })
  const program = run([process.execPath, join(folder, 'dist/main.js')], {
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

async function succeed(folder: string, command: readonly string[]): Promise<void> {
  const program = run(['npx', ...command], { cwd: folder })
  const status = await program.exit
  if (status !== 0)
    throw new Error(`${command.join(' ')} ended with ${status}:\n${program.output()}`)
}

/** Runs the lines of a section, and makes its changes. */
async function follow(folder: string, section: string): Promise<void> {
  const ofSection = blocks.filter(({ words }) => words.at(-1) === section)
  for (const { language, text } of ofSection) {
    const lines = language === 'sh' ? text.trim().split('\n') : []
    for (const line of lines.filter((one) => !one.startsWith('npm uninstall')))
      await exec('bash', ['-c', line], { cwd: folder })
  }
  const changes = ofSection.filter(({ language }) => language === 'diff')
  for (const change of changes) applyDiff(folder, change)
  expect(ofSection.length).toBeGreaterThan(0)
}

describe('docs/add-a-feature.md', { timeout: 300_000 }, () => {
  it('names and adds a feature that compiles, leaves lint and tests green and is served', async () => {
    const folder = copyProject()
    await follow(folder, 'rename')
    for (const block of blocks.filter(({ language }) => language === 'ts'))
      writeBlock(folder, block)
    const [change] = blocks.filter(({ language, words }) => language === 'diff' && !words[1])
    if (change) applyDiff(folder, change)
    await succeed(folder, ['tsc'])
    await succeed(folder, [
      'eslint',
      'src/about.ts',
      'src/client.ts',
      'src/reports',
      'src/router.ts',
      'test/reports.test.ts',
    ])
    await succeed(folder, [
      'vitest',
      'run',
      ...GENERAL_TESTS,
      'test/messages',
      'test/reports.test.ts',
    ])
    expect(await statusesOf(folder, ['/api/reports/1', '/docs'])).toEqual([401, 200])
  })

  it('says how to remove the demo and the messages, after which types, lint and tests are green', async () => {
    const folder = copyProject()
    await follow(folder, 'remove-demo')
    await follow(folder, 'remove-messages')
    await succeed(folder, ['tsc'])
    await succeed(folder, [
      'eslint',
      'src/client.ts',
      'src/router.ts',
      'test/support',
      'test/client.test.ts',
    ])
    await succeed(folder, ['vitest', 'run', ...GENERAL_TESTS])
    const paths = ['/livez', '/api/messages/public', '/docs']
    expect(await statusesOf(folder, paths)).toEqual([200, 404, 200])
  })

  it.each([
    ['remove-docs', ['/livez', '/api/messages/public', '/docs'], [200, 200, 404]],
    ['remove-local-issuer', ['/livez', '/api/messages/public', '/docs'], [200, 200, 200]],
  ])(
    'says how to %s, after which the server still builds and starts',
    async (section, paths, statuses) => {
      const folder = copyProject()
      await follow(folder, section)
      expect(await statusesOf(folder, paths)).toEqual(statuses)
    },
  )
})
