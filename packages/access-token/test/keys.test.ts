import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClock } from '../../server/test/support/clock.ts'
import { ask, bearer, REFUSALS } from '../../server/test/support/contract.ts'
import {
  createSigningKey,
  sendJson,
  startIssuer,
  type TestIssuer,
} from '../../server/test/support/issuer.ts'
import { startTestServer, type TestServer } from '../../server/test/support/server.ts'

let clock: ReturnType<typeof createClock>
let issuer: TestIssuer
let servers: TestServer[]

beforeEach(async () => {
  clock = createClock()
  issuer = await startIssuer()
  servers = []
})
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()))
  await issuer.close()
})

async function start(env: Record<string, string> = {}): Promise<TestServer> {
  const server = await startTestServer({ issuer, ...clock, env })
  servers.push(server)
  return server
}

const mint = (options: Parameters<TestIssuer['mint']>[0] = {}) =>
  issuer.mint({
    at: clock.seconds(),
    ...options,
    claims: { exp: clock.seconds() + 1e6, ...options.claims },
  })

async function statusOf(server: TestServer, token: string): Promise<number> {
  const call = { transport: 'REST', message: 'protected', headers: bearer(token) } as const
  return (await ask(server.url, call)).status
}

const fetches = () => issuer.requests.filter((path) => path.endsWith('jwks.json')).length

describe('the keys of the issuer', () => {
  it('fetches the keys once for 100 requests at once', async () => {
    const server = await start()
    const token = await mint()
    const requests = Array.from({ length: 100 }, () => statusOf(server, token))
    const statuses = await Promise.all(requests)
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(fetches()).toBe(1)
  })

  it('fetches the keys at most once more for 200 tokens with unknown key ids at once', async () => {
    const server = await start()
    const [, payload, signature] = (await mint()).split('.')
    const tokens = Array.from({ length: 200 }, (_, n) => {
      const header = JSON.stringify({ alg: 'RS256', kid: `random-${n}` })
      return `${Buffer.from(header).toString('base64url')}.${payload}.${signature}`
    })
    const statuses = await Promise.all(tokens.map((token) => statusOf(server, token)))
    expect(new Set(statuses)).toEqual(new Set([401]))
    expect(fetches()).toBeLessThanOrEqual(2)
  })

  it('fetches the keys again for an unknown key id once 30 seconds have passed', async () => {
    const server = await start()
    expect(await statusOf(server, await mint({ header: { kid: 'a' } }))).toBe(401)
    expect(fetches()).toBe(2)
    clock.advance({ seconds: 29 })
    expect(await statusOf(server, await mint({ header: { kid: 'b' } }))).toBe(401)
    expect(fetches()).toBe(2)
    clock.advance({ seconds: 2 })
    expect(await statusOf(server, await mint({ header: { kid: 'c' } }))).toBe(401)
    expect(fetches()).toBe(3)
  })

  it('takes tokens of a new key as soon as the issuer signs with it', async () => {
    const server = await start()
    expect(await statusOf(server, await mint())).toBe(200)
    issuer.keys = [await createSigningKey('key-2'), ...issuer.keys]
    expect(await statusOf(server, await mint())).toBe(200)
    expect(fetches()).toBe(2)
  })

  it('renews the keys in the background before they age out, while requests go on', async () => {
    const server = await start()
    const token = await mint()
    expect(await statusOf(server, token)).toBe(200)
    clock.advance({ minutes: 7 })
    expect(await statusOf(server, token)).toBe(200)
    expect(fetches()).toBe(1)
    clock.advance({ minutes: 2 })
    let release: (() => void) | undefined
    issuer.answer = (req, res) => {
      release = () => {
        issuer.answer = undefined
        sendJson(res, req.url?.includes('openid') ? metadataOf(issuer) : issuer.jwks())
      }
    }
    expect(await statusOf(server, token)).toBe(200) // not held up by the issuer, which has not answered
    await expect.poll(() => release).toBeDefined()
    release?.()
    await expect.poll(fetches).toBe(2)
  })

  it('drops a key that the issuer withdrew at the refresh, with the tokens remembered for it', async () => {
    const server = await start()
    const token = await mint()
    expect(await statusOf(server, token)).toBe(200)
    issuer.keys = [await createSigningKey('key-2')]
    expect(await statusOf(server, token)).toBe(200)
    clock.advance({ minutes: 11 })
    expect(await statusOf(server, token)).toBe(401)
    expect(await statusOf(server, await mint())).toBe(200)
  })

  it.each([-2, 2])(
    'renews the keys as ever when the wall clock is set by %d hours',
    async (hours) => {
      const server = await start()
      const token = await mint()
      expect(await statusOf(server, token)).toBe(200)
      issuer.keys = [await createSigningKey('key-2')]
      clock.set({ hours })
      expect(await statusOf(server, token)).toBe(200)
      clock.advance({ minutes: 11 })
      expect(await statusOf(server, token)).toBe(401)
      expect(await statusOf(server, await mint())).toBe(200)
    },
  )

  it('fetches the keys again for an unknown key id when the wall clock was set back', async () => {
    const server = await start()
    expect(await statusOf(server, await mint({ header: { kid: 'a' } }))).toBe(401)
    clock.set({ hours: -2 })
    clock.advance({ seconds: 31 })
    issuer.keys = [await createSigningKey('key-2'), ...issuer.keys]
    expect(await statusOf(server, await mint())).toBe(200)
  })

  it('uses the last good keys for 24 hours while the issuer is down, and no longer', async () => {
    const server = await start()
    const token = await mint()
    expect(await statusOf(server, token)).toBe(200)
    await issuer.kill()
    clock.advance({ minutes: 11 })
    expect(await statusOf(server, token)).toBe(200)
    clock.advance({ hours: 23 })
    expect(await statusOf(server, await mint())).toBe(200)
    clock.advance({ hours: 1 })
    const call = { transport: 'REST', message: 'protected', headers: bearer(token) } as const
    const answer = await ask(server.url, call)
    expect(answer).toMatchObject({
      status: 503,
      body: JSON.stringify({ message: REFUSALS.noKeys.message }),
      challenge: null,
    })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    await issuer.revive()
    clock.advance({ minutes: 1 })
    await expect.poll(() => statusOf(server, token)).toBe(200)
  })

  it.each<[string, (url: string) => TestIssuer['answer']]>([
    ['is no JSON', () => (_req, res) => res.end('<html>')],
    ['is empty', () => (_req, res) => res.end()],
    [
      'has no key',
      () => (_req, res) => {
        sendJson(res, { keys: [] })
      },
    ],
    [
      'has no keys member',
      () => (_req, res) => {
        sendJson(res, {})
      },
    ],
    [
      'holds a symmetric key only',
      () => (_req, res) => {
        sendJson(res, { keys: [{ kty: 'oct', k: 'AAAA' }] })
      },
    ],
    [
      'holds rubbish only',
      () => (_req, res) => {
        sendJson(res, { keys: [{ kty: 'RSA', n: 1 }, {}] })
      },
    ],
    ['comes with status 500', () => (_req, res) => res.writeHead(500).end('{}')],
    [
      'is a redirect',
      (url) => (_req, res) => res.writeHead(302, { location: `${url}/elsewhere` }).end(),
    ],
    [
      'is huge',
      () => (_req, res) => {
        sendJson(res, { keys: [], filler: 'x'.repeat(1_000_000) })
      },
    ],
    ['breaks off', () => (req) => req.socket.destroy()],
  ])('keeps the last good keys when what the issuer answers %s', async (_, answer) => {
    const server = await start()
    const token = await mint()
    expect(await statusOf(server, token)).toBe(200)
    issuer.answer = answer(issuer.url)
    clock.advance({ minutes: 11 })
    expect(await statusOf(server, token)).toBe(200)
    expect(await statusOf(server, await mint({ claims: { n: 1 } }))).toBe(200)
    expect(server.log.some(({ level, msg }) => level === 40 && String(msg).includes('keys'))).toBe(
      true,
    )
    expect(issuer.requests).not.toContain('/elsewhere')
  })

  it('does not use keys of 1024 bits', async () => {
    const weak = await createSigningKey('weak')
    const { generateKeyPairSync } = await import('node:crypto')
    const pair = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const publicJwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'weak', alg: 'RS256' }
    issuer.keys = [...issuer.keys, { ...weak, publicJwk }]
    const server = await start()
    const token = await mint({ key: weak })
    expect(await statusOf(server, token)).toBe(401)
    expect(await statusOf(server, await mint())).toBe(200)
  })
})

describe('a server without any keys', () => {
  it('starts, says that it is not ready, answers 503, and recovers by itself', async () => {
    await issuer.kill()
    const server = await start()
    expect((await fetch(`${server.url}/livez`)).status).toBe(200)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
    for (const transport of ['REST', 'RPC'] as const) {
      const call = { transport, message: 'admin', headers: bearer(await mint()) } as const
      const answer = await ask(server.url, call)
      expect(answer.status).toBe(503)
      expect(answer.body).toBe('{"message":"Service Unavailable"}')
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(answer.challenge).toBeNull()
    }
    const open = await ask(server.url, { transport: 'REST', message: 'public' })
    expect(open.status).toBe(200)
    await issuer.revive()
    clock.advance({ seconds: 2 })
    await expect.poll(async () => (await fetch(`${server.url}/readyz`)).status).toBe(200)
    expect(await statusOf(server, await mint())).toBe(200)
  })

  it('still refuses what is no token with 401, for that needs no key', async () => {
    await issuer.kill()
    const server = await start()
    for (const token of ['AAAA', 'AAAA.AAAA.AAAA', await mint({ header: { typ: 'id+jwt' } })]) {
      expect(await statusOf(server, token)).toBe(401)
    }
  })
})

describe('discovery', () => {
  it('refuses a discovery document that speaks for another issuer', async () => {
    issuer.answer = (_req, res) => {
      sendJson(res, { ...metadataOf(issuer), issuer: 'https://other.example.com/' })
    }
    const server = await start()
    expect(await statusOf(server, await mint())).toBe(503)
  })

  it('takes the issuer as the discovery document writes it, with or without the slash', async () => {
    issuer.issuer = issuer.url
    const server = await start()
    expect(await statusOf(server, await mint())).toBe(200)
    expect(await statusOf(server, await mint({ claims: { iss: `${issuer.url}/` } }))).toBe(401)
  })

  it('finds keys of other algorithms, where the settings name them', async () => {
    issuer.keys = [await createSigningKey('ec', 'ES256'), await createSigningKey('ed', 'EdDSA')]
    const server = await start({ TOKEN_SIGNING_ALGS: 'ES256,EdDSA' })
    for (const key of issuer.keys) expect(await statusOf(server, await mint({ key }))).toBe(200)
    const rsa = await createSigningKey('key-1')
    expect(await statusOf(server, await mint({ key: rsa }))).toBe(401)
  })
})

function metadataOf({ issuer: name, url }: TestIssuer) {
  return { issuer: name, jwks_uri: `${url}/.well-known/jwks.json` }
}
