import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AUDIENCE, startIssuer, type TestIssuer } from '../support/issuer.ts'
import { end, run } from '../support/process.ts'
import { applyDiff, copyProject, readBlocks, writeBlock } from '../support/walkthrough.ts'

const exec = promisify(execFile)
const blocks = readBlocks('docs/add-a-feature.md')

/** The tests that see every feature of a router, and so could mind a new one. */
const WHOLE_ROUTER = ['test/http', 'test/openapi', 'test/messages.test.ts']

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

describe('docs/add-a-feature.md', { timeout: 300_000 }, () => {
  it('adds a feature that compiles, leaves lint and tests green and is served', async () => {
    const folder = copyProject()
    for (const block of blocks.filter(({ language }) => language === 'ts'))
      writeBlock(folder, block)
    const [change] = blocks.filter(({ language, words }) => language === 'diff' && !words[1])
    if (change) applyDiff(folder, change)
    await exec('npx', ['tsc'], { cwd: folder })
    await exec('npx', ['eslint', 'src/reports', 'src/router.ts', 'test/reports.test.ts'], {
      cwd: folder,
    })
    await exec('npx', ['vitest', 'run', ...WHOLE_ROUTER, 'test/reports.test.ts'], { cwd: folder })
    expect(await statusesOf(folder, ['/api/reports/1', '/docs'])).toEqual([401, 200])
  })

  it.each([
    ['remove-messages', ['/livez', '/api/messages/public', '/docs'], [200, 404, 200]],
    ['remove-docs', ['/livez', '/api/messages/public', '/docs'], [200, 200, 404]],
    ['remove-local-issuer', ['/livez', '/api/messages/public', '/docs'], [200, 200, 200]],
  ])(
    'says how to %s, after which the server still builds and starts',
    async (name, paths, statuses) => {
      const folder = copyProject()
      const [script] = blocks.filter(
        ({ language, words }) => language === 'sh' && words[0] === name,
      )
      for (const line of script?.text.trim().split('\n') ?? []) {
        if (!line.startsWith('npm uninstall')) await exec('bash', ['-c', line], { cwd: folder })
      }
      const changes = blocks.filter(
        ({ language, words }) => language === 'diff' && words[1] === name,
      )
      expect(changes.length).toBeGreaterThan(0)
      for (const change of changes) applyDiff(folder, change)
      expect(await statusesOf(folder, paths)).toEqual(statuses)
    },
  )
})
