import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { toAccessToken } from '../src/access-token.ts'
import type { KeySet } from '../src/keys.ts'
import { createTokenMemory, type TokenMemory } from '../src/token-memory.ts'
import { createClock } from '../../server/test/support/clock.ts'
import { ask, bearer } from '../../server/test/support/contract.ts'
import { createSigningKey, startIssuer, type TestIssuer } from '../../server/test/support/issuer.ts'
import { startTestServer, type TestServer } from '../../server/test/support/server.ts'

const clock = createClock()
let issuer: TestIssuer
let server: TestServer

beforeAll(async () => {
  issuer = await startIssuer()
  server = await startTestServer({ issuer, now: clock.now, monotonicNow: clock.monotonicNow })
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
  it('refuses a remembered token in the very second in which it expires, clock tolerance included', async () => {
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

  it('refuses a remembered token before its nbf, should the clock be set back', async () => {
    const token = await issuer.mint({
      claims: { nbf: clock.seconds(), exp: clock.seconds() + 999 },
    })
    expect((await get(token)).status).toBe(200)
    clock.set({ seconds: -6 })
    expect((await get(token)).status).toBe(401)
    clock.advance({ seconds: 6 })
    expect((await get(token)).status).toBe(200)
  })

  it('does not take a remembered token as proof of another one with the same signature', async () => {
    const token = await issuer.mint({ at: clock.seconds() })
    expect((await get(token)).status).toBe(200)
    const [header = '', payload = '', signature = ''] = token.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'x' })).toString('base64url')
    expect((await get(`${header}.${changed}.${signature}`)).status).toBe(401)
  })
})

describe('a refused token', () => {
  it('takes a token that it refused as soon as its time has come', async () => {
    const token = await issuer.mint({
      claims: { nbf: clock.seconds() + 30, exp: clock.seconds() + 99 },
    })
    for (let n = 0; n < 3; n++) expect((await get(token)).status).toBe(401)
    clock.advance({ seconds: 30 })
    expect((await get(token)).status).toBe(200)
  })

  it('takes a token that it refused when the clock, which was wrong, is put right', async () => {
    const token = await issuer.mint({ at: clock.seconds() })
    clock.set({ hours: 48 })
    for (let n = 0; n < 3; n++) expect((await get(token)).status).toBe(401)
    clock.set({ hours: -48 })
    expect((await get(token)).status).toBe(200)
  })

  it.each([
    ['with a wrong signature', async () => withOtherSignature(await issuer.mint())],
    ['for another API', () => issuer.mint({ claims: { aud: 'https://other.example' } })],
    ['that expired', () => issuer.mint({ claims: { exp: 1 } })],
    ['that is not valid yet', () => issuer.mint({ claims: { nbf: clock.seconds() + 999 } })],
  ])('checks the signature of a token %s once, and says the same each time', async (_, mint) => {
    const token = await mint()
    const check = vi.spyOn(crypto.subtle, 'verify')
    const answers = [await get(token), await get(token), await get(token)]
    expect(check).toHaveBeenCalledTimes(1)
    check.mockRestore()
    expect(answers[0]).toMatchObject({ status: 401 })
    expect(answers[0]?.challenge).toContain('error_description=')
    expect(answers).toEqual([answers[0], answers[0], answers[0]])
  })

  it('takes a token that it refused once the issuer publishes its key', async () => {
    const key = await createSigningKey('key-1') // under the name of the first one
    const before = issuer.keys
    const token = await issuer.mint({ key, at: clock.seconds() })
    expect((await get(token)).status).toBe(401)
    issuer.keys = [key]
    clock.advance({ minutes: 11 })
    await expect.poll(async () => (await get(token)).status).toBe(200)
    issuer.keys = before
    clock.advance({ minutes: 11 })
    await expect.poll(async () => (await get(token)).status).toBe(401)
  })
})

/** As good a text, of another signature. */
function withOtherSignature(token: string): string {
  const [header, payload, signature = ''] = token.split('.')
  return [
    header,
    payload,
    Array.from(signature.slice(0, 100)).reverse().join('') + signature.slice(100),
  ].join('.')
}

describe('the memory of tokens', () => {
  const keySet = {
    issuer: '',
    getKey: () => Promise.reject(new Error('not asked')),
  } as unknown as KeySet
  const accessTokenOf = (sub: string) => toAccessToken({ sub, exp: 9e9 }, 'permissions')

  /** @returns how many of `count` tokens, of so many characters and all in use, are remembered */
  function held(
    memory: TokenMemory,
    count: number,
    { sub, chars = 800 }: { sub?: string; chars?: number },
  ) {
    const tokens = Array.from({ length: count }, (_, n) =>
      ` ${n} ${sub ?? ''}`.padStart(chars, 'x'),
    )
    for (const [n, token] of tokens.entries()) {
      memory.remember(token, accessTokenOf(sub ?? `subject ${n}`), keySet)
    }
    return tokens.filter((token) => memory.find(token, keySet, 0)).length
  }

  it('remembers 10,000 tokens of usual size, and 16 MB of long ones', () => {
    expect(held(createTokenMemory(), 10_001, {})).toBe(10_000)
    expect(held(createTokenMemory(), 10_000, { chars: 8_000 })).toBe(2_000)
  })

  it('remembers the latest tokens of a subject, in a tenth of the memory', () => {
    const memory = createTokenMemory()
    memory.remember('of a newcomer', accessTokenOf('newcomer'), keySet)
    expect(held(memory, 12_000, { sub: 'greedy' })).toBe(1_000)
    expect(held(memory, 12_000, { sub: 'greedy, with long ones', chars: 16_000 })).toBe(100)
    expect(memory.find('of a newcomer', keySet, 0)).toBeDefined()
  })
})
