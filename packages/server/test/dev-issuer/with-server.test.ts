import { ABOUT } from '../support/about.ts'
import type { AnyRouter } from '@trpc/server'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SYSTEM_CLOCKS } from '@trpc-hybrid/access-token/engine'
import { loadConfig } from '../../src/config/config.ts'
import { fetchToken } from '@trpc-hybrid/dev-issuer'
import { start, type Running } from '../../src/start.ts'
import { protectedProcedure, requirePermissions, router } from '../support/trpc.ts'
import { baseUrl } from '../support/http.ts'
import { APP } from '../support/local-issuer.ts'
import { testRouter } from '../support/router.ts'

const startServer = (settings: Record<string, string>, served: AnyRouter = testRouter) => {
  const env = { HOST: '127.0.0.1', PORT: '0', LOCAL_ISSUER_PORT: '0', ...settings }
  const logger = pino({ level: 'silent' })
  return start(loadConfig(env), { about: ABOUT, router: served, logger, ...SYSTEM_CLOCKS })
}

/** Asks for a token as the token command does. */
const tokenOf = (person: string, running: Running) =>
  fetchToken({
    issuer: running.localIssuer ?? '',
    audience: 'https://hello-world.example.com',
    redirectUri: APP,
    person,
  })

describe('the server without an issuer set', () => {
  let running: Running

  beforeAll(async () => {
    running = await startServer({})
  })
  afterAll(() => running.close())

  it.each([
    ['user', 'protected', 200],
    ['user', 'admin', 403],
    ['admin', 'admin', 200],
  ])("takes the local issuer's token: %s, %s message, %i", async (person, message, status) => {
    const token = await tokenOf(person, running)
    const headers = { authorization: `Bearer ${token}` }
    const answer = await fetch(`${baseUrl(running)}/api/messages/${message}`, { headers })
    expect(answer.status).toBe(status)
  })
})

it('gives the admin every permission that the router asks for, and the user none', async () => {
  const reports = protectedProcedure.use(requirePermissions('read:reports')).query(() => 'report')
  const running = await startServer({}, router({ reports }))
  const read = async (person: string) => {
    const headers = { authorization: `Bearer ${await tokenOf(person, running)}` }
    return (await fetch(`${baseUrl(running)}/trpc/reports`, { headers })).status
  }
  expect([await read('admin'), await read('user')]).toEqual([200, 403])
  await running.close()
})

it("reads its tokens as they are, whatever is set for another issuer's", async () => {
  const running = await startServer({
    PERMISSIONS_CLAIM: 'realm_access.roles',
    AUDIENCE_CLAIM: 'client_id',
    TOKEN_SIGNING_ALGS: 'ES256',
  })
  const headers = { authorization: `Bearer ${await tokenOf('admin', running)}` }
  const answer = await fetch(`${baseUrl(running)}/api/messages/admin`, { headers })
  expect(answer.status).toBe(200)
  await running.close()
})

it('does not run beside an issuer that is set', async () => {
  const running = await startServer({ AUTH0_DOMAIN: 'localhost:1' })
  expect(running.localIssuer).toBeUndefined()
  await running.close()
})
