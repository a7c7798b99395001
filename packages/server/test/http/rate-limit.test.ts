import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createClock } from '../support/clock.ts'
import { ask, bearer, MESSAGES, TRANSPORTS, type Call } from '../support/contract.ts'
import { startIssuer, type TestIssuer } from '../support/issuer.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const TOO_MANY = '{"message":"Too Many Requests"}'

let issuer: TestIssuer
let server: TestServer
beforeAll(async () => {
  issuer = await startIssuer()
})
afterEach(() => server.close())
afterAll(() => issuer.close())

async function startLimited(env: Record<string, string> = {}): Promise<void> {
  server = await startTestServer({
    issuer,
    env: { RATE_LIMIT_MAX: '5', RATE_LIMIT_FAILED_AUTH_MAX: '3', ...env },
  })
}

/** The statuses of so many requests, one after the other. */
async function statuses(count: number, call: Partial<Call> = {}): Promise<number[]> {
  const seen: number[] = []
  for (let i = 0; i < count; i++) {
    const answer = await ask(server.url, { transport: 'REST', message: 'public', ...call })
    seen.push(answer.status)
  }
  return seen
}

/** What is left after one more request. */
async function remaining(call: Partial<Call>): Promise<string | undefined> {
  const { headers } = await ask(server.url, { transport: 'REST', message: 'public', ...call })
  return /r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]
}

const tokenOf = async (sub: string | undefined) => bearer(await issuer.mint({ claims: { sub } }))

describe('the rate limit', () => {
  it('ends its window in time though the wall clock is set back', async () => {
    const clock = createClock()
    server = await startTestServer({ issuer, env: { RATE_LIMIT_MAX: '5' }, ...clock })
    expect(await statuses(6)).toEqual([200, 200, 200, 200, 200, 429])
    clock.set({ hours: -2 })
    clock.advance({ seconds: 61 })
    expect(await statuses(6)).toEqual([200, 200, 200, 200, 200, 429])
  })

  it.each(TRANSPORTS)('is told in RateLimit headers, and kept, over %s', async (transport) => {
    await startLimited({ RATE_LIMIT_WINDOW_SECONDS: '30' })
    const call = {
      transport,
      message: 'public',
      headers: { origin: 'http://localhost:4040' },
    } as const
    const first = await ask(server.url, call)
    expect(first.headers.get('ratelimit')).toMatch(/^"client"; r=4; t=(30|29)$/)
    expect(first.headers.get('ratelimit-policy')).toMatch(/^"client"; q=5; w=30; pk=:[\w=]+:$/)
    expect(await statuses(4, call)).toEqual([200, 200, 200, 200])

    const refused = await ask(server.url, call)
    expect(refused).toMatchObject({ status: 429, body: TOO_MANY, challenge: null })
    expect(refused.headers.get('ratelimit')).toMatch(/^"client"; r=0; t=\d+$/)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(30)
    expect(refused.headers.get('access-control-allow-origin')).toBe('http://localhost:4040')
  })

  it("answers under /trpc in tRPC's envelope", async () => {
    await startLimited()
    await statuses(5)
    const response = await fetch(`${server.url}/trpc/messages.public`)
    expect(await response.json()).toEqual({
      error: {
        message: 'Too Many Requests',
        code: -32029,
        data: { code: 'TOO_MANY_REQUESTS', httpStatus: 429, path: 'messages.public' },
      },
    })
  })

  it('counts by subject where there is a valid token, whatever the token', async () => {
    await startLimited()
    const message = 'protected'
    expect(await statuses(3, { message, headers: await tokenOf('a') })).toEqual([200, 200, 200])
    expect(await statuses(3, { message, headers: await tokenOf('a') })).toEqual([200, 200, 429])
    expect(await statuses(1, { message, headers: await tokenOf('b') })).toEqual([200])
  })

  it('counts by address without a token, and with one that has no subject', async () => {
    await startLimited()
    expect(await statuses(4)).toEqual([200, 200, 200, 200])
    const headers = await tokenOf(undefined)
    expect(await statuses(2, { message: 'protected', headers })).toEqual([200, 429])
  })

  it('is stricter with failed authentications, and leaves the others of that address alone', async () => {
    await startLimited()
    const bad = { message: 'protected', headers: bearer('not-a-token') } as const
    expect(await statuses(4, bad)).toEqual([401, 401, 401, 429])
    const malformed = { authorization: 'Bearer a b' }
    expect(await statuses(1, { message: 'protected', headers: malformed })).toEqual([429])
    expect(await statuses(1, { message: 'protected', headers: await tokenOf('a') })).toEqual([200])
    expect(await statuses(1)).toEqual([200])
    const refused = await ask(server.url, { transport: 'REST', ...bad })
    expect(refused.headers.get('ratelimit')).toMatch(/^"failed-authentication"; r=0; t=\d+$/)
  })

  it('does not ask for a good token itself', async () => {
    await startLimited()
    const answer = await ask(server.url, {
      transport: 'REST',
      message: 'public',
      headers: bearer('not-a-token'),
    })
    expect(answer).toMatchObject({ status: 200, body: MESSAGES.public })
    expect(await statuses(2, { message: 'protected' })).toEqual([401, 401])
  })

  it('does not count an outage of the issuer as failed authentication', async () => {
    issuer.answer = (_req, res) => res.writeHead(500).end()
    await startLimited()
    const headers = await tokenOf('a')
    expect(await statuses(4, { message: 'protected', headers })).toEqual([503, 503, 503, 503])
    issuer.answer = undefined
  })

  it('counts a batch once', async () => {
    await startLimited()
    const batch = `${server.url}/trpc/messages.public,messages.public,messages.public?batch=1`
    expect((await fetch(batch)).headers.get('ratelimit')).toContain('r=4;')
  })

  it('applies to unknown paths, and neither to health nor to preflights', async () => {
    await startLimited()
    await statuses(5)
    const get = async (path: string, init?: RequestInit) =>
      (await fetch(`${server.url}${path}`, init)).status
    expect(await get('/nowhere')).toBe(429)
    expect(await get('/livez')).toBe(200)
    const preflight = {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:4040', 'access-control-request-method': 'GET' },
    }
    expect(await get('/api/messages/admin', preflight)).toBe(204)
    expect(await get('/trpc/messages.admin', preflight)).toBe(204)
  })

  it('can be switched off', async () => {
    await startLimited({ RATE_LIMIT_MAX: '0' })
    expect(new Set(await statuses(10))).toEqual(new Set([200]))
    const { headers } = await ask(server.url, { transport: 'REST', message: 'public' })
    expect(headers.has('ratelimit')).toBe(false)
  })

  it('counts failed authentications with all others when they have no limit of their own', async () => {
    await startLimited({ RATE_LIMIT_FAILED_AUTH_MAX: '0' })
    const bad = { message: 'protected', headers: bearer('not-a-token') } as const
    expect(await statuses(4, bad)).toEqual([401, 401, 401, 401])
    expect(await statuses(2)).toEqual([200, 429])
  })
})

describe('the address of a client', () => {
  const from = (...forwardedFor: string[]) => ({
    headers: { 'x-forwarded-for': forwardedFor.join(', ') },
  })

  it('is that of the connection: a forged X-Forwarded-For changes nothing', async () => {
    await startLimited()
    for (let i = 0; i < 5; i++) expect(await statuses(1, from(`203.0.113.${i}`))).toEqual([200])
    expect(await statuses(1, from('203.0.113.99'))).toEqual([429])
  })

  it('is what the nearest proxy says, and nothing before it', async () => {
    await startLimited({ TRUST_PROXY: '1' })
    for (let i = 0; i < 5; i++) {
      expect(await statuses(1, from(`198.51.100.${i}`, '203.0.113.7'))).toEqual([200])
    }
    expect(await statuses(1, from('198.51.100.99', '203.0.113.7'))).toEqual([429])
    expect(await statuses(1, from('203.0.113.7', '203.0.113.8'))).toEqual([200])
  })

  it('is believed from named proxies alone', async () => {
    await startLimited({ TRUST_PROXY: '10.0.0.0/8' })
    for (let i = 0; i < 5; i++) expect(await statuses(1, from(`203.0.113.${i}`))).toEqual([200])
    expect(await statuses(1, from('203.0.113.99'))).toEqual([429])
  })

  it('the address of a client of IPv6 is a network of 56 bits', async () => {
    await startLimited({ TRUST_PROXY: '1' })
    for (let i = 0; i < 5; i++) {
      expect(await statuses(1, from(`2001:db8:0:${i}::${i}`))).toEqual([200])
    }
    expect(await statuses(1, from('2001:db8:0:ff::1'))).toEqual([429])
    expect(await statuses(1, from('2001:db8:0:100::1'))).toEqual([200])
  })

  it('the address of a client of IPv6 in which an IPv4 address is counts as that', async () => {
    await startLimited({ TRUST_PROXY: '1' })
    const same = ['203.0.113.7', '::ffff:203.0.113.7', '::ffff:cb00:7107', '64:ff9b::cb00:7107']
    for (const address of [...same, '64:FF9B::203.0.113.7']) {
      expect(await statuses(1, from(address))).toEqual([200])
    }
    expect(await statuses(1, from('0:0:0:0:0:ffff:cb00:7107'))).toEqual([429])
    for (const other of ['::ffff:cb00:7108', '64:ff9b::cb00:7108', '::1', '::2', '::']) {
      expect(await statuses(1, from(other))).toEqual([200])
    }
    expect(await remaining(from('::1'))).toBe('3')
    expect(await remaining(from('64:ff9b::cb00:7108'))).toBe('2')
  })

  it.each([
    ['IPv4 with a port', (n: number) => `203.0.113.7:${50_000 + n}`],
    ['IPv6 in brackets', () => '[2001:db8::7]'],
    ['IPv6 in full', (n: number) => (n % 2 ? '2001:0DB8:0:0:0:0:0:7' : '2001:db8::192.0.2.1')],
    ['IPv6 in brackets with a port', (n: number) => `[2001:db8::7]:${50_000 + n}`],
    ['IPv6 with a zone', (n: number) => `fe80::7%${String(n).repeat(1000)}`],
    ['IPv4 in IPv6 with a port', (n: number) => `[::ffff:203.0.113.7]:${50_000 + n}`],
  ])('is the same for every way to write it: %s', async (_, write) => {
    await startLimited({ TRUST_PROXY: '1' })
    for (let i = 0; i < 5; i++) expect(await statuses(1, from(write(i)))).toEqual([200])
    expect(await statuses(1, from(write(5)))).toEqual([429])
    expect(await statuses(1, from('203.0.113.8:50001'))).toEqual([200])
  })

  it("is the proxy's own where the proxy passes on what is no address", async () => {
    await startLimited({ TRUST_PROXY: '1' })
    const rubbish = ['unknown', '_hidden', '203.0.113.7:x', '[203.0.113', 'x'.repeat(9_000)]
    for (const text of rubbish) expect(await statuses(1, from(text))).toEqual([200])
    expect(await statuses(1, from('999.1.2.3'))).toEqual([429])
    expect(await statuses(1)).toEqual([429])
    expect(await statuses(1, from('203.0.113.7'))).toEqual([200])
  })

  it('is believed from a named proxy that another one writes with its port', async () => {
    await startLimited({ TRUST_PROXY: '127.0.0.1,10.0.0.0/8' })
    const proxy = '10.0.0.1:40000'
    for (let i = 0; i < 6; i++) {
      expect(await statuses(1, from(`203.0.113.${i}:50000`, proxy))).toEqual([200])
    }
  })
})

describe('X-Forwarded-For', () => {
  const forwarded = { headers: { 'x-forwarded-for': '203.0.113.7' } }
  const warnings = () =>
    server.log.filter(({ level, msg }) => level === 40 && String(msg).includes('TRUST_PROXY'))

  it('is warned of once where no proxy is trusted, and not believed', async () => {
    await startLimited({ TRUST_PROXY: '0' })
    expect(warnings()).toEqual([])
    for (let i = 0; i < 3; i++) await fetch(`${server.url}/livez`, forwarded)
    expect(warnings()).toHaveLength(1)
  })

  it('is nothing to warn of behind a proxy', async () => {
    await startLimited({ TRUST_PROXY: '1' })
    await fetch(`${server.url}/livez`, forwarded)
    expect(warnings()).toEqual([])
  })
})
