import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SYSTEM_CLOCKS } from '../../src/clocks.ts'
import { loadConfig } from '../../src/config/config.ts'
import { fetchToken } from '../../src/local-issuer/fetch-token.ts'
import { start, type Running } from '../../src/start.ts'
import { baseUrl } from '../support/http.ts'
import { APP } from '../support/local-issuer.ts'
import { testRouter } from '../support/router.ts'

const startServer = (settings: Record<string, string>) => {
  const env = { HOST: '127.0.0.1', PORT: '0', LOCAL_ISSUER_PORT: '0', ...settings }
  const logger = pino({ level: 'silent' })
  return start(loadConfig(env), { router: testRouter, logger, ...SYSTEM_CLOCKS })
}

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
    const token = await fetchToken({
      issuer: running.localIssuer ?? '',
      audience: 'https://hello-world.example.com',
      redirectUri: APP,
      person,
    })
    const headers = { authorization: `Bearer ${token}` }
    const answer = await fetch(`${baseUrl(running)}/api/messages/${message}`, { headers })
    expect(answer.status).toBe(status)
  })
})

it('does not run beside an issuer that is set', async () => {
  const running = await startServer({ AUTH0_DOMAIN: 'localhost:1' })
  expect(running.localIssuer).toBeUndefined()
  await running.close()
})
