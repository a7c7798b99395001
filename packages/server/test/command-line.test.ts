import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MESSAGES } from './support/contract.ts'
import { closeServer, findFreePort, listenOnLoopback } from './support/http.ts'
import { end, folderWithEnv, MAIN, ROOT, run, TYPESCRIPT } from './support/process.ts'
import { tryInProduction } from './support/production.ts'

const PRODUCTION = {
  NODE_ENV: 'production',
  CLIENT_ORIGIN_URL: 'https://app.example.com',
  AUTH0_DOMAIN: 'tenant.example.com',
  AUTH0_AUDIENCE: 'https://api.example.com',
}

describe('in production', () => {
  it('serves an Auth0 tenant with just its four settings, and stops at SIGTERM', async () => {
    const seen = await tryInProduction(MAIN, folderWithEnv())
    expect(seen.answers).toEqual([
      MESSAGES.public,
      MESSAGES.protected,
      MESSAGES.admin,
      '{"message":"Requires authentication"}',
    ])
    expect(seen.ready).toBe(200)
    expect(seen.exit).toBe(0)
  })

  it('never starts the local issuer in production', async () => {
    const program = run(MAIN, { cwd: folderWithEnv(), env: { NODE_ENV: 'production' } })
    expect(await program.exit).toBe(1)
    expect(program.output()).toMatch(
      /^Invalid settings:\n {2}AUTH0_DOMAIN: is required in production/,
    )
  })
})

describe('settings that can not be used', () => {
  it('names all settings that can not be used at once, without a value and without a stack', async () => {
    const env = {
      ...PRODUCTION,
      PORT: 's3cret',
      LOG_LEVEL: 's3cret',
      AUTH0_DOMAIN: 'https://s3cret',
    }
    const program = run(MAIN, { cwd: folderWithEnv(), env })
    expect(await program.exit).toBe(1)
    const lines = program.output().trim().split('\n')
    expect(lines.map((line) => line.trim().split(':')[0])).toEqual([
      'Invalid settings',
      'PORT',
      'AUTH0_DOMAIN',
      'LOG_LEVEL',
    ])
    expect(program.output()).not.toContain('s3cret')
  })

  it('finds settings that can not be used in .env too, over which the environment wins', async () => {
    const cwd = folderWithEnv('PORT=nonsense\nLOG_LEVEL=nonsense\n')
    const program = run(MAIN, { cwd, env: { ...PRODUCTION, PORT: '0' } })
    expect(await program.exit).toBe(1)
    const [title, problem, file, ...more] = program.output().trimEnd().split('\n')
    expect(title).toBe('Invalid settings:')
    expect(problem).toMatch(/^ {2}LOG_LEVEL: must be one of /)
    expect(file).toBe(`Read from the environment and ${join(cwd, '.env')}`)
    expect(more).toEqual([])
  })
})

describe('what Node.js reads before there is a .env', () => {
  it('warns of what Node.js reads before there is a .env, where it stands there alone', async () => {
    const cwd = folderWithEnv(
      'NODE_EXTRA_CA_CERTS=/ca.pem\nHTTPS_PROXY=http://proxy\nNODE_OPTIONS=\n',
    )
    const env = { ...PRODUCTION, PORT: '0', HTTPS_PROXY: 'http://proxy' }
    const program = run(MAIN, { cwd, env })
    await program.printed(/"msg":"listening"/)
    const warned = /"level":40[^\n]*"msg":"(\w+): has no effect in \.env/g
    expect([...program.output().matchAll(warned)].map(([, name]) => name)).toEqual([
      'NODE_EXTRA_CA_CERTS',
    ])
    await end(program)
  })
})

describe('a port in use', () => {
  it('says in one line that a port is in use', async () => {
    const other = createServer()
    const port = await listenOnLoopback(other)
    const address = { HOST: '127.0.0.1', PORT: String(port), PUBLIC_URL: 'https://api.example.com' }
    const program = run(MAIN, { cwd: folderWithEnv(), env: { ...PRODUCTION, ...address } })
    expect(await program.exit).toBe(1)
    expect(program.output()).toBe(
      `Port ${port} is already in use: stop the program that uses it, or set PORT to another one.\n`,
    )
    await closeServer(other)
  })
})

describe('ports in use', () => {
  const PORTS_COMMAND = [
    process.execPath,
    ...TYPESCRIPT,
    `${ROOT}packages/server/src/process/ports-command.ts`,
  ]

  const freePorts = async () => ({
    PORT: String(await findFreePort()),
    METRICS_PORT: String(await findFreePort()),
    LOCAL_ISSUER_PORT: String(await findFreePort()),
  })

  it('are all named, with the API that runs there already, before anything is started', async ({
    onTestFinished,
  }) => {
    const env = await freePorts()
    const first = run(MAIN, { cwd: folderWithEnv(), env })
    onTestFinished(() => end(first))
    await first.printed(/Try it from another terminal/)
    for (const command of [MAIN, PORTS_COMMAND]) {
      const second = run(command, { cwd: folderWithEnv(), env })
      expect(await second.exit).toBe(1)
      expect(second.output().split('\n')).toEqual([
        `An API runs at http://localhost:${env.PORT} already. To restart it, stop it first (Ctrl+C in its terminal).`,
        `Ports are already in use: ${env.PORT} (PORT), ${env.METRICS_PORT} (METRICS_PORT), ${env.LOCAL_ISSUER_PORT} (LOCAL_ISSUER_PORT). Stop the programs that use them, or set others.`,
        '',
      ])
    }
    const elsewhere = run(PORTS_COMMAND, { cwd: folderWithEnv(), env: await freePorts() })
    expect(await elsewhere.exit).toBe(0)
  })

  it('are not called an API where another program answers', async ({ onTestFinished }) => {
    const other = createServer((_, response) => response.end('{"status":"ok"}'))
    onTestFinished(() => closeServer(other))
    const port = await listenOnLoopback(other)
    const env = { HOST: '127.0.0.1', PORT: String(port), LOCAL_ISSUER_PORT: '0' }
    const program = run(PORTS_COMMAND, { cwd: folderWithEnv(), env })
    expect(await program.exit).toBe(1)
    expect(program.output()).toBe(
      `Port ${port} is already in use: stop the program that uses it, or set PORT to another one.\n`,
    )
  })

  it('are left to the start to tell of where settings can not be used', async () => {
    const program = run(PORTS_COMMAND, { cwd: folderWithEnv(), env: { PORT: 'nonsense' } })
    expect([await program.exit, program.output()]).toEqual([0, ''])
  })
})

describe('in development, with no setting at all', () => {
  it('prints addresses and lines that work, with no setting at all', async () => {
    const env = { PORT: '0', LOCAL_ISSUER_PORT: '0' }
    const program = run(MAIN, { cwd: folderWithEnv(), env })
    const [, api] = await program.printed(/curl (http:\S+)\/api\/messages\/public/)
    const [, issuer] = await program.printed(/Local issuer\s+(http:\S+)/)
    const answer = await fetch(`${api}/api/messages/public`)
    expect(await answer.text()).toBe(MESSAGES.public)
    const metadata = await fetch(`${issuer}.well-known/openid-configuration`)
    expect(await metadata.json()).toMatchObject({ issuer })
    await end(program)
  })
})
