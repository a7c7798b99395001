import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { findFreePort } from '../support/http.ts'
import { end, run, type Program } from '../support/process.ts'
import { copyProject } from '../support/walkthrough.ts'

const exec = promisify(execFile)
const project = copyProject()

let program: Program | undefined
afterAll(async () => {
  if (program) await end(program)
})

const LINE = /curl (http:\S+)\/api\/messages\/public/.source

/** @returns the server's address after it has started for the nth time */
async function apiOf(dev: Program, nth: number): Promise<string> {
  const [, api = ''] = await dev.printed(new RegExp(`(?:${LINE}[^]*?){${nth}}`))
  return api
}

const publicMessage = async (dev: Program, nth: number) =>
  (await fetch(`${await apiOf(dev, nth)}/api/messages/public`)).text()

it('starts again when the source changes, and signs nobody out', async () => {
  const env = { PORT: '0', LOCAL_ISSUER_PORT: String(await findFreePort()) }
  program = run(['npm', 'run', '-s', 'dev'], { cwd: project, env })
  expect(await publicMessage(program, 1)).toContain("doesn't require an access token")

  const command = ['run', '-s', 'token', '--', 'user']
  const { stdout } = await exec('npm', command, { cwd: project, env: { ...process.env, ...env } })

  const source = join(project, 'src/messages/messages.ts')
  const text = readFileSync(source, 'utf8')
  writeFileSync(source, text.replace("The API doesn't require an access token", 'Changed:'))
  expect(await publicMessage(program, 2)).toContain('Changed: to share')
  const headers = { authorization: `Bearer ${stdout.trim()}` }
  const answer = await fetch(`${await apiOf(program, 2)}/api/messages/protected`, { headers })
  expect(answer.status).toBe(200)
})

it('ends at once, and says where it runs, when it is started a second time', async () => {
  const api = await apiOf(program as Program, 2)
  const [port, issuer] = [new URL(api).port, await findFreePort()]
  const env = { PORT: port, LOCAL_ISSUER_PORT: String(issuer) }
  const second = run(['npm', 'run', '-s', 'dev'], { cwd: project, env })
  expect(await second.exit).toBe(1)
  expect(second.output()).toContain(`An API runs at ${api} already.`)
  expect(second.output()).not.toMatch(/nodemon|crashed|\n {4}at /)
})

it('explains a setting of a new .env that can not be used, and starts again once it is mended', async () => {
  const dev = program as Program
  writeFileSync(join(project, '.env'), 'LOG_LEVEL=nonsense\n')
  await dev.printed(/Invalid settings:\n {2}LOG_LEVEL: must be one of/)
  writeFileSync(join(project, '.env'), 'LOG_LEVEL=info\n')
  expect(await publicMessage(dev, 3)).toContain('Changed: to share')
})

it('ends with the server when npm alone gets SIGTERM', async () => {
  const dev = program as Program
  const [, api = ''] = await dev.printed(new RegExp(`(?:${LINE}[^]*?){3}`))
  dev.child.kill('SIGTERM')
  await dev.exit
  await expect(fetch(`${api}/livez`)).rejects.toThrow()
})
