import type { AnyRouter } from '@trpc/server'
import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { loadConfig } from '../src/config/config.ts'
import { tokenArguments } from '../src/dev-issuer/token-arguments.ts'
import { explainStartFailure } from '../src/process/start-failure.ts'
import { publicProcedure, router } from './support/trpc.ts'
import { welcome } from '../src/process/welcome.ts'
import { testRouter } from './support/router.ts'

const api = 'http://localhost:6060'
const issuer = 'http://localhost:6061/'

describe('what npm run dev prints', () => {
  it('tells the token command of the settings that another shell does not have', () => {
    expect(tokenArguments(loadConfig({}), issuer)).toEqual([])
    const config = loadConfig({ AUTH0_AUDIENCE: 'my-api', CLIENT_ORIGIN_URL: 'http://a.example' })
    const args = tokenArguments(config, 'http://localhost:7000/')
    const text = welcome({
      title: 'Messages API',
      api,
      docs: true,
      router: testRouter,
      localIssuer: issuer,
      tokenArguments: args,
      platform: 'linux',
    })
    expect(text).toContain(
      '$(npm run -s token -- user LOCAL_ISSUER_PORT=7000 AUTH0_AUDIENCE=my-api CLIENT_ORIGIN_URL=http://a.example)',
    )
  })

  it('quotes what the shell would read something into', () => {
    const audience = `it's "mine" & $HOME`
    const config = loadConfig({ AUTH0_AUDIENCE: audience })
    const text = welcome({
      title: 'Messages API',
      api,
      docs: true,
      router: testRouter,
      localIssuer: issuer,
      tokenArguments: tokenArguments(config, issuer),
      platform: 'linux',
    })
    const [, line = ''] = /Bearer (\$\(npm run -s token .*\))"/.exec(text) ?? []
    const printed = line.replace('npm run -s token --', "printf '%s|'")
    expect(execFileSync('sh', ['-c', `echo "${printed}"`], { encoding: 'utf8' })).toBe(
      `user|AUTH0_AUDIENCE=${audience}|\n`,
    )
  })

  it('is the same with an issuer of the settings, but for its tokens', () => {
    const text = welcome({
      title: 'Messages API',
      api,
      docs: true,
      router: testRouter,
      localIssuer: undefined,
      tokenArguments: [],
      platform: 'linux',
    })
    expect(text).toContain(`curl -H "Authorization: Bearer ACCESS_TOKEN" ${api}/api/messages/admin`)
    expect(text).not.toContain('Local issuer')
  })

  it('tells where the demo is, and how to start it, where the API has one', () => {
    const addresses = { title: 'Messages API', api, docs: true, router: testRouter }
    const printed = (demo?: string) =>
      welcome({
        ...addresses,
        demo,
        localIssuer: issuer,
        tokenArguments: [],
        platform: 'linux',
      })
    expect(printed('http://localhost:4040')).toMatch(
      /Demo +http:\/\/localhost:4040 .*npm run demo$/m,
    )
    expect(printed()).not.toContain('emo')
  })

  it('calls the real curl in PowerShell', () => {
    const text = welcome({
      title: 'Messages API',
      api,
      docs: true,
      router: testRouter,
      localIssuer: issuer,
      tokenArguments: [],
      platform: 'win32',
    })
    expect(text.match(/^ *curl\.exe /gm)).toHaveLength(3)
  })

  it('shows the routes that there are, one for each kind of guard, and none that needs an input', () => {
    const get = (path: `/${string}`) =>
      publicProcedure.meta({ openapi: { method: 'GET', path } }).output(z.string())
    const own = router({
      byId: get('/api/items/{id}')
        .input(z.object({ id: z.string() }))
        .query(() => ''),
      first: get('/api/first').query(() => ''),
      second: get('/api/second').query(() => ''),
    })
    const shown = (routes: AnyRouter) =>
      welcome({
        title: 'Messages API',
        api,
        docs: true,
        router: routes,
        localIssuer: issuer,
        tokenArguments: [],
        platform: 'linux',
      }).match(/curl .*/g)
    expect(shown(own)).toEqual([`curl ${api}/api/first`])
    expect(shown(router({}))).toBeNull()
  })
})

describe('a start that fails', () => {
  const inUse = (port: number) => Object.assign(new Error('in use'), { code: 'EADDRINUSE', port })

  it.each([
    [6060, 'PORT'],
    [9464, 'METRICS_PORT'],
    [6061, 'LOCAL_ISSUER_PORT'],
  ])('names the setting of port %i: %s', (port, name) => {
    const config = loadConfig({ METRICS_PORT: '9464' })
    expect(explainStartFailure(inUse(port), { settings: config })).toContain(
      `set ${name} to another one`,
    )
  })

  it('names HOST where no such host is known, and not where it is that of a database', () => {
    const unknown = (hostname: string) =>
      Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
        code: 'ENOTFOUND',
        syscall: 'getaddrinfo',
        hostname,
      })
    const settings = loadConfig({ HOST: 'api.invalid' })
    expect(explainStartFailure(unknown('api.invalid'), { settings })).toBe(
      "The server can't listen where HOST and PORT say: getaddrinfo ENOTFOUND api.invalid",
    )
    const ofDatabase = explainStartFailure(unknown('database.invalid'), { settings })
    expect(ofDatabase).toContain('ENOTFOUND database.invalid')
    expect(ofDatabase).not.toContain('HOST')
  })

  it('says what the local issuer needs where it is not installed', () => {
    const error = Object.assign(new Error('no oidc-provider'), { code: 'ERR_MODULE_NOT_FOUND' })
    expect(explainStartFailure(error, { settings: loadConfig({}) })).toMatch(
      /^No issuer is set[^\n]*$/,
    )
  })

  it.each([
    ['node:sqlite', 'Node.js 22.13 or later'],
    ['node:of_tomorrow', 'a later version'],
  ])('says which Node.js has %s, where the one that runs has not', (name, wanted) => {
    const error = Object.assign(new Error(`No such built-in module: ${name}`), {
      code: 'ERR_UNKNOWN_BUILTIN_MODULE',
    })
    expect(explainStartFailure(error, {})).toBe(
      `This app uses ${name}, which Node.js ${process.versions.node} does not have: run it with ${wanted}.`,
    )
  })
})
