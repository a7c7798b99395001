import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createClock } from '../support/clock.ts'
import { ask, bearer } from '../support/contract.ts'
import { startIssuer, type TestIssuer } from '../support/issuer.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const clock = createClock()
let issuer: TestIssuer
let server: TestServer

beforeAll(async () => {
  issuer = await startIssuer()
  server = await startTestServer({ issuer, now: clock.now })
})
afterAll(async () => {
  await server.close()
  await issuer.close()
})
beforeEach(() => {
  clock.advance({ seconds: 1 })
})

async function get(token: string) {
  const call = { transport: 'REST', message: 'protected', headers: bearer(token) } as const
  const { status, challenge } = await ask(server.url, call)
  return { status, challenge }
}

describe('a remembered token', () => {
  it('is refused in the very second in which it expires, clock tolerance included', async () => {
    const token = await issuer.mint({ claims: { exp: clock.seconds() + 60 } })
    expect((await get(token)).status).toBe(200)
    clock.advance({ seconds: 64 })
    expect((await get(token)).status).toBe(200)
    clock.advance({ seconds: 1 })
    expect(await get(token)).toEqual({
      status: 401,
      challenge: expect.stringContaining('error_description="The access token expired"') as string,
    })
  })

  it('is refused before its nbf, should the clock be set back', async () => {
    const token = await issuer.mint({
      claims: { nbf: clock.seconds(), exp: clock.seconds() + 999 },
    })
    expect((await get(token)).status).toBe(200)
    clock.advance({ seconds: -6 })
    expect((await get(token)).status).toBe(401)
    clock.advance({ seconds: 6 })
    expect((await get(token)).status).toBe(200)
  })

  it('does not vouch for another one with the same signature', async () => {
    const token = await issuer.mint({ at: clock.seconds() })
    expect((await get(token)).status).toBe(200)
    const [header = '', payload = '', signature = ''] = token.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'x' })).toString('base64url')
    expect((await get(`${header}.${changed}.${signature}`)).status).toBe(401)
  })
})

describe('a refused token', () => {
  it('is not remembered: it is good as soon as its time has come', async () => {
    const token = await issuer.mint({
      claims: { nbf: clock.seconds() + 30, exp: clock.seconds() + 99 },
    })
    expect((await get(token)).status).toBe(401)
    clock.advance({ seconds: 30 })
    expect((await get(token)).status).toBe(200)
  })
})
