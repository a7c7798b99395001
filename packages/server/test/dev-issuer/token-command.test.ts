import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { API, startTestIssuer } from '../support/local-issuer.ts'
import { folderWithEnv, ROOT, TYPESCRIPT } from '../support/process.ts'

const COMMAND = join(ROOT, 'packages/server/src/dev-issuer/token.ts')

let issuer: Awaited<ReturnType<typeof startTestIssuer>>
let env: Record<string, string>

beforeAll(async () => {
  issuer = await startTestIssuer()
  env = { LOCAL_ISSUER_PORT: new URL(issuer.issuer).port, AUTH0_AUDIENCE: API }
})
afterAll(() => issuer.close())

interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program with these settings and no others. */
function run(file: string, args: string[], options: { cwd: string; settings: object }) {
  const { cwd, settings } = options
  const { PATH, HOME } = process.env
  return new Promise<Outcome>((resolve) => {
    execFile(file, args, { cwd, env: { PATH, HOME, ...settings } }, (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}

/** The command in a folder without settings. */
const token = (args: string[], settings: Record<string, string>, cwd = folderWithEnv()) =>
  run(process.execPath, [...TYPESCRIPT, COMMAND, ...args], {
    cwd,
    settings,
  })

/**
 * As arguments. A port is one wherever no token is to be had: the command keeps it when it tries again without
 * the shell's settings, and so finds no other local issuer that runs beside the tests.
 */
const asArguments = (settings: Record<string, string>) =>
  Object.entries(settings).map(([name, value]) => `${name}=${value}`)

describe('npm run -s token', () => {
  it.each([
    ['user', 'auth0|local-user', []],
    ['admin', 'auth0|local-admin', ['read:admin-messages']],
  ])('-- %s prints an access token and nothing else', async (person, sub, permissions) => {
    const args = ['run', '-s', 'token', '--', person]
    const { status, stdout, stderr } = await run('npm', args, { cwd: ROOT, settings: env })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    const claims = decodeJwt(stdout.trim())
    expect(claims).toMatchObject({ iss: issuer.issuer, sub, permissions })
    expect(claims.aud).toContain(API)
  })

  it.each([
    ['production', { NODE_ENV: 'production' }],
    ['an Auth0 tenant', { AUTH0_DOMAIN: 'tenant.eu.auth0.com' }],
    ['another issuer', { ISSUER_BASE_URL: 'https://id.example.com' }],
    ['another server', { PORT: 'none', CLIENT_ORIGIN_URL: 'https://app.example.com' }],
    ['a local issuer that does not run', { LOCAL_ISSUER_PORT: '1', AUTH0_AUDIENCE: 'other' }],
    ['what can not be used', { LOCAL_ISSUER_PORT: 'x' }],
  ])('does as it is told by arguments in a shell that is set up for %s', async (_what, shell) => {
    const { status, stdout } = await token(['admin', ...asArguments(env)], shell)
    expect(status).toBe(0)
    expect(decodeJwt(stdout.trim()).iss).toBe(issuer.issuer)
  })

  it('reads .env', async () => {
    const cwd = folderWithEnv(asArguments(env).join('\n'))
    const { status, stdout } = await token(['user'], {}, cwd)
    expect(status).toBe(0)
    expect(decodeJwt(stdout.trim()).iss).toBe(issuer.issuer)
  })

  it.each<[string, { args: string[]; settings?: Record<string, string>; message: RegExp }]>([
    [
      'nobody of that name exists',
      { args: ['bob'], message: /^Say whose token: .* user or admin\n$/ },
    ],
    [
      'an argument is no setting that a token depends on',
      { args: ['admin', 'FOO=1'], message: /^FOO is not one of LOCAL_ISSUER_PORT, .*\n$/ },
    ],
    [
      'a setting can not be used',
      {
        args: ['admin'],
        settings: { LOCAL_ISSUER_PORT: 'x' },
        message: /^Invalid settings:\n {2}LOCAL_ISSUER_PORT: must be a port.*\n$/,
      },
    ],
    [
      'the issuer runs with another audience',
      {
        args: ['admin'],
        settings: { AUTH0_AUDIENCE: 'other' },
        message:
          /^The local issuer at .* gave no token: Service not found: other .* start it again\.\n$/,
      },
    ],
    [
      'the issuer runs with other origins',
      {
        args: ['admin'],
        settings: { CLIENT_ORIGIN_URL: 'https://app.example.com' },
        message: /^The local issuer at .* gave no token: it answered 400.* start it again\.\n$/,
      },
    ],
  ])('says why and exits with 1 when %s', async (_what, { args, settings = {}, message }) => {
    const { LOCAL_ISSUER_PORT = '', ...shell } = { ...env, ...settings }
    const all = [...args, ...asArguments({ LOCAL_ISSUER_PORT })]
    const { status, stdout, stderr } = await token(all, shell)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(message)
  })

  it('says why and exits with 1 when nobody is named', async () => {
    const { status, stdout, stderr } = await token([], env)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(/^Say whose token: npm run -s token -- user or admin\n$/)
  })

  it('says how to start the issuer when it does not run', async () => {
    const stopped = await startTestIssuer()
    await stopped.close()
    const port = new URL(stopped.issuer).port
    const args = ['user', ...asArguments({ LOCAL_ISSUER_PORT: port })]
    const { status, stdout, stderr } = await token(args, env)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toBe(
      `The local issuer is not running at ${stopped.issuer}: start it with npm run dev, with no other issuer set.\n`,
    )
  })
})
