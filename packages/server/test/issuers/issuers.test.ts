import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SYSTEM_CLOCKS } from '@trpc-hybrid/access-token/engine'
import { loadConfig } from '../../src/config/config.ts'
import { checkIssuer } from '../../src/issuer-check/check.ts'
import { ask, bearer, type Call } from '../support/contract.ts'
import { ADMIN_PERMISSION } from '../support/issuer.ts'
import { ROOT } from '../support/process.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { readGuide } from './guides.ts'
import { imitate } from './imitate.ts'
import { IMITATIONS } from './issuers.ts'

it('every guide is tried', () => {
  const guides = readdirSync(`${ROOT}docs/issuers`).filter((name) => name !== 'README.md')
  expect(IMITATIONS.map(({ guide }) => `${guide}.md`).sort()).toEqual(guides.sort())
})

describe.each(IMITATIONS)('as the guide for $guide says', (imitation) => {
  const { settings, claims } = readGuide(imitation.guide)
  let issuer: Awaited<ReturnType<typeof imitate>>
  let server: TestServer

  beforeAll(async () => {
    issuer = await imitate(imitation, claims['iss'])
    server = await startTestServer({ env: settings, fetch: issuer.fetch })
  })
  afterAll(async () => {
    await server.close()
    await issuer.close()
  })

  async function statusOf(message: Call['message'], own: Record<string, unknown>) {
    const headers = bearer(await issuer.mint(own))
    return (await ask(server.url, { transport: 'REST', message, headers })).status
  }

  it('the settings start a server in production, with no warning', () => {
    const production = {
      NODE_ENV: 'production',
      CLIENT_ORIGIN_URL: 'https://app.example.com',
      PUBLIC_URL: 'https://api.example.com',
    }
    expect(loadConfig({ ...production, ...settings }).warnings).toEqual([])
  })

  it('an admin is told apart from other people', async () => {
    expect(await statusOf('admin', claims)).toBe(200)
    const others = JSON.stringify(claims).replaceAll(ADMIN_PERMISSION, 'read:other-messages')
    const user = JSON.parse(others) as Record<string, unknown>
    expect(await statusOf('protected', user)).toBe(200)
    expect(await statusOf('admin', user)).toBe(403)
  })

  it('npm run check:issuer finds all of it right', async () => {
    const token = await issuer.mint(claims)
    const { fetch } = issuer
    const found = await checkIssuer(loadConfig(settings), { token, fetch, ...SYSTEM_CLOCKS })
    expect(found.map(({ outcome }) => outcome)).toEqual(['right', 'right', 'right', 'right'])
    expect(found.map(({ text }) => text).join('\n')).toContain(ADMIN_PERMISSION)
  })

  it.each(Object.entries(imitation.others ?? {}))('its %s is refused', async (_, own) => {
    expect(await statusOf('protected', { ...claims, ...own })).toBe(401)
  })
})
