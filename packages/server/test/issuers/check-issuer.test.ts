import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SYSTEM_CLOCKS } from '@trpc-hybrid/access-token/engine'
import { loadConfig } from '../../src/config/config.ts'
import { checkIssuer, formatFindings } from '../../src/issuer-check/check.ts'
import { AUDIENCE, createSigningKey, startIssuer, type TestIssuer } from '../support/issuer.ts'
import { folderWithEnv, ROOT, run, TYPESCRIPT } from '../support/process.ts'

const COMMAND = join(ROOT, 'packages/server/src/issuer-check/command.ts')

let issuer: TestIssuer
beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())

const settingsOver = (settings: Record<string, string>) => ({
  NODE_ENV: 'test',
  ISSUER_BASE_URL: issuer.url,
  AUTH0_AUDIENCE: AUDIENCE,
  ...settings,
})

/** What `npm run check:issuer` says, with these settings over those that fit. */
async function check(settings: Record<string, string> = {}, token?: string): Promise<string> {
  const config = loadConfig(settingsOver(settings))
  return formatFindings(await checkIssuer(config, { token, fetch, ...SYSTEM_CLOCKS }))
}

async function runCommand(settings: Record<string, string>, ...args: string[]) {
  const command = [process.execPath, ...TYPESCRIPT, COMMAND, ...args]
  const program = run(command, { env: settingsOver(settings), cwd: folderWithEnv() })
  return { status: await program.exit, says: program.output() }
}

describe('npm run check:issuer', () => {
  it('says that issuer, keys, token and permissions are right', async () => {
    const token = await issuer.mint({ claims: { permissions: ['read:reports'] } })
    const { status, says } = await runCommand({}, token)
    expect(says).toBe(`✓ The issuer is ${issuer.issuer}
✓ Its keys were fetched: 1 to verify signatures with
✓ The token is accepted; it speaks for auth0|someone
✓ Its permissions are read:reports
`)
    expect(status).toBe(0)
  })

  it.each<[string, Record<string, string>, RegExp]>([
    ['no issuer', { ISSUER_BASE_URL: '' }, /✗ No issuer is set.*\n {2}Set AUTH0_DOMAIN/],
    [
      'nobody there',
      { ISSUER_BASE_URL: 'http://127.0.0.1:1' },
      /✗ .* can't be reached .*\n {2}Compare/,
    ],
  ])('says what to do about %s', async (_, settings, expected) => {
    expect(await check(settings)).toMatch(expected)
  })

  it('says what to do about an address that is no issuer', async () => {
    const { status, says } = await runCommand({ ISSUER_BASE_URL: `${issuer.url}/realms/none` })
    expect(says).toMatch(/✗ .* answered with status 404\n {2}.*misses its path/)
    expect(status).toBe(1)
  })

  it.each<[string, () => string | Promise<string>, RegExp]>([
    ['an opaque token', () => 'abc', /is opaque: .*\n {2}The app asked for no audience/],
    ['a pasted header', () => 'Bearer abc', /not in the form of a token/],
    [
      'a token for another API',
      () => issuer.mint({ claims: { aud: 'https://other.example.com' } }),
      /aud is https:\/\/other\.example\.com, not https:\/\/api\.example\.com\n {2}Set AUTH0_AUDIENCE/,
    ],
    [
      'a token of another issuer',
      () => issuer.mint({ claims: { iss: 'https://other.example.com/' } }),
      /iss is https:\/\/other\.example\.com\/\n {2}Set AUTH0_DOMAIN/,
    ],
    [
      'a token that another key signed',
      async () => issuer.mint({ key: await createSigningKey('another') }),
      /signing key is not known\n {2}The token was signed by another tenant/,
    ],
    ['a token that expired', () => issuer.mint({ at: 1_000 }), /expired\n {2}Get a new token/],
  ])('says what to do about %s', async (_, token, expected) => {
    expect(await check({}, await token())).toMatch(expected)
  })

  it('doubts a token without permissions, and says so where none was given', async () => {
    const says = await check({}, await issuer.mint())
    expect(says).toMatch(/\? It has no permission in the claim permissions\n {2}Auth0: turn on/)
    expect(await check()).toMatch(/\? No token was tried/)
  })

  it('says which settings can’t be used at all', async () => {
    const { status, says } = await runCommand({ PORT: 'x' })
    expect(says).toMatch(/PORT: must be a port/)
    expect(status).toBe(1)
  })
})
