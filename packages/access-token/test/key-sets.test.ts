import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exportJWK } from 'jose'
import { createClock } from '../../server/test/support/clock.ts'
import { ask, bearer } from '../../server/test/support/contract.ts'
import {
  createSigningKey,
  sendJson,
  startIssuer,
  type TestIssuer,
} from '../../server/test/support/issuer.ts'
import type { SigningKey, TokenOptions } from '../../server/test/support/issuer.ts'
import { startTestServer, type TestServer } from '../../server/test/support/server.ts'

let issuer: TestIssuer
let server: TestServer | undefined
beforeEach(async () => {
  issuer = await startIssuer()
})
afterEach(async () => {
  await server?.close()
  server = undefined
  await issuer.close()
})

const env = { TOKEN_SIGNING_ALGS: 'RS256,ES256' } // keys of ES256 are made sooner

const newKeys = (...kids: string[]) =>
  Promise.all(kids.map((kid) => createSigningKey(kid, 'ES256')))
const withoutKid = (key: SigningKey) => ({ key, header: { kid: undefined } })

/** What the server, started at the first token, answers to each. */
async function statuses(tokens: readonly TokenOptions[]): Promise<number[]> {
  server ??= await startTestServer({ issuer, env })
  const { url } = server
  const answers: number[] = []
  for (const options of tokens) {
    const headers = bearer(await issuer.mint(options))
    answers.push((await ask(url, { transport: 'REST', message: 'protected', headers })).status)
  }
  return answers
}

function publish(keys: readonly unknown[]): void {
  issuer.jwks = () => ({ keys: keys as SigningKey['publicJwk'][] })
}

const logged = () => JSON.stringify(server?.log)

describe('a key set', () => {
  it('takes a key set that lists a key twice', async () => {
    const [key] = issuer.keys as [SigningKey]
    issuer.keys = [key, key]
    expect(await statuses([{}])).toEqual([200])
  })

  it('tries each of several keys under one id', async () => {
    const keys = await newKeys('same', 'same', 'same')
    issuer.keys = keys.slice(0, 2)
    const tokens = keys.map((key) => ({ key }))
    expect(await statuses(tokens)).toEqual([200, 200, 401])
  })

  it('tries four keys at most for one token', async () => {
    issuer.keys = await newKeys('same', 'same', 'same', 'same', 'same')
    const tokens = issuer.keys.map((key) => ({ key }))
    expect(await statuses(tokens)).toEqual([200, 200, 200, 200, 401])
  })

  it('takes a key set that begins with a byte order mark', async () => {
    issuer.answer = (req, res) => {
      if (req.url?.includes('openid')) sendJson(res, issuer.metadata())
      else res.end(`\uFEFF${JSON.stringify(issuer.jwks())}`)
    }
    expect(await statuses([{}])).toEqual([200])
  })

  it('takes the keys of a set that holds what is no key, too', async () => {
    publish([null, 'key', [], {}, ...issuer.jwks().keys])
    expect(await statuses([{}])).toEqual([200])
  })

  it('refuses a set of more than 100 keys as a whole, whatever they are', async () => {
    const keys = issuer.jwks().keys
    publish([...keys, ...Array.from({ length: 99 }, () => ({}))])
    expect(await statuses([{}])).toEqual([200])
    await server?.close()
    server = undefined
    publish([...keys, ...Array.from({ length: 170_000 }, () => ({}))])
    expect(await statuses([{}])).toEqual([503])
    expect(logged()).toContain('"fault":"too_many_keys"')
  })

  it('does not use a key whose private part its set gives away', async () => {
    const [key] = (await newKeys('open')) as [SigningKey]
    publish([...issuer.jwks().keys, { ...key.publicJwk, ...(await exportJWK(key.privateKey)) }])
    expect(await statuses([{ key }, {}])).toEqual([401, 200])
  })
})

describe('a token without a key id', () => {
  it('verifies a token without a key id with the keys that fit', async () => {
    issuer.keys = [...(await newKeys('a', 'b')), await createSigningKey('c')]
    const [stranger] = (await newKeys('d')) as [SigningKey]
    const tokens = [...issuer.keys, stranger].map(withoutKid)
    expect(await statuses(tokens)).toEqual([200, 200, 200, 401])
  })

  it('asks the issuer again where no key verifies a token without a key id', async () => {
    const clock = createClock()
    server = await startTestServer({ issuer, env, ...clock })
    expect(await statuses([withoutKid(issuer.keys[0] as SigningKey)])).toEqual([200])
    issuer.keys = await newKeys('new')
    const token = withoutKid(issuer.keys[0] as SigningKey)
    expect(await statuses([token])).toEqual([200])
    issuer.keys = await newKeys('newer')
    const newer = withoutKid(issuer.keys[0] as SigningKey)
    expect(await statuses([newer])).toEqual([401])
    clock.advance({ seconds: 31 })
    expect(await statuses([newer])).toEqual([200])
  })
})

it('a flood of unknown key ids holds a new key up for 30 seconds at most', async () => {
  const clock = createClock()
  server = await startTestServer({ issuer, env, ...clock })
  const foreign = () => ({ header: { kid: `foreign-${Math.random()}` } })
  expect(await statuses([{}, foreign()])).toEqual([200, 401])
  issuer.keys = await newKeys('new')
  const rotated = { key: issuer.keys[0] as SigningKey }
  for (let second = 1; second < 30; second++) {
    clock.advance({ seconds: 1 })
    expect(await statuses([foreign(), rotated])).toEqual([401, 401])
  }
  clock.advance({ seconds: 1 })
  expect(await statuses([foreign(), rotated])).toEqual([401, 200])
})
