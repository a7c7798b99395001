import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { findFreePort } from './support/http.ts'
import { compileStrictly, emptyApp, packInto } from './support/install.ts'
import { end, run } from './support/process.ts'
import { readBlocks } from './support/walkthrough.ts'

/** For what prints a token, which no output of a server may hold. */
const exec = promisify(execFile)

const README = 'packages/server/README.md'
const [example] = readBlocks(README).filter(({ language }) => language === 'ts')

describe('the packed server, installed into an empty app', () => {
  let folder: string
  beforeAll(async () => {
    folder = emptyApp({ 'main.ts': example?.text ?? '' })
    const packages = ['access-token', 'dev-issuer', 'server'].map((name) => `@trpc-hybrid/${name}`)
    await packInto(folder, ['trpc-hybrid', ...packages], ['@trpc/server', 'zod', '@types/node@20'])
    await compileStrictly(folder, ['main.ts'])
  })

  it('serves the example of its README, and prints a line that reads it', async () => {
    const port = String(await findFreePort())
    const env = { PORT: port, LOCAL_ISSUER_PORT: String(await findFreePort()) }
    const program = run([process.execPath, 'main.js'], { cwd: folder, env })
    try {
      await program.printed(/Reports API +http:\/\/localhost/)
      await program.printed(/Local issuer/)
      const url = `http://localhost:${port}`
      expect((await fetch(`${url}/api/reports/1`)).status).toBe(401)
      expect((await fetch(`${url}/docs/`)).status).toBe(200)
      const args = ['hybrid-token', 'admin', `LOCAL_ISSUER_PORT=${env.LOCAL_ISSUER_PORT}`]
      const token = await exec('npx', args, { cwd: folder })
      const answer = await fetch(`${url}/api/reports/1`, {
        headers: { authorization: `Bearer ${token.stdout.trim()}` },
      })
      expect(await answer.json()).toEqual({ title: 'Report 1', reader: 'auth0|local-admin' })
    } finally {
      await end(program)
    }
  })
})
