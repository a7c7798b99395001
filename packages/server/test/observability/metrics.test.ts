import { beforeAll, describe, expect, it } from 'vitest'
import { bearer } from '../support/contract.ts'
import { useServer } from '../support/fixtures.ts'
import { ADMIN } from '../support/issuer.ts'

const fixture = useServer({ env: { METRICS_PORT: '0', RATE_LIMIT_MAX: '40' } })

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${fixture.server.url}${path}`, { headers })

async function readMetrics({ server } = fixture): Promise<string> {
  return (await fetch(`http://127.0.0.1:${server.metricsPort}/metrics`)).text()
}

/** The value of one series, `undefined` where there is none. */
function valueOf(metrics: string, series: string): number | undefined {
  const line = metrics.split('\n').find((text) => text.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length))
}

describe('metrics', () => {
  let metrics: string

  beforeAll(async () => {
    const admin = bearer(await fixture.issuer.mint({ claims: ADMIN }))
    await get('/api/messages/admin', admin)
    await get('/api/messages/admin', admin)
    await get('/api/messages/admin', bearer(await fixture.issuer.mint()))
    await get('/api/messages/protected', bearer(await fixture.issuer.mint({ at: 1_000_000 })))
    await get('/api/messages/public')
    await get('/trpc/messages.public,messages.admin?batch=1')
    await fetch(`${fixture.server.url}/api/messages/public`, { method: 'PROPFIND' })
    for (let i = 0; i < 20; i++) await get(`/nowhere/${i}`)
    for (let i = 0; i < 20; i++) await get('/api/messages/public')
    metrics = await readMetrics()
  })

  it.each([
    [{ method: 'GET', route: '/api/messages/admin', status: 200 }, 2],
    [{ method: 'GET', route: '/api/messages/admin', status: 403 }, 1],
    [{ method: 'GET', route: '/api/messages/protected', status: 401 }, 1],
    [{ method: 'other', route: '/api/messages/public', status: 405 }, 1],
    [{ method: 'GET', route: 'unmatched', status: 404 }, 20],
  ])('count requests: %o', ({ method, route, status }, count) => {
    const labels = `{method="${method}",route="${route}",status="${status}"}`
    expect(valueOf(metrics, `http_request_duration_seconds_count${labels}`)).toBe(count)
  })

  it.each([
    ['verified', 2],
    ['remembered', 1],
    ['expired', 1],
  ])('count tokens that were %s', (outcome, count) => {
    expect(valueOf(metrics, `access_token_outcomes_total{outcome="${outcome}"}`)).toBe(count)
  })

  it("count fetches of the issuer's keys, and tell the age of the keys", () => {
    const fetches = 'issuer_key_fetch_duration_seconds_count'
    expect(valueOf(metrics, `${fetches}{result="success"}`)).toBe(1)
    expect(valueOf(metrics, `${fetches}{result="failure"}`)).toBe(0)
    expect(valueOf(metrics, 'issuer_key_age_seconds')).toBeGreaterThanOrEqual(0)
  })

  it('count what the rate limit refused', () => {
    const refused = valueOf(metrics, 'rate_limited_requests_total{limit="client"}')
    expect(refused).toBeGreaterThan(0)
  })

  it('tell the lag of the event loop', () => {
    expect(valueOf(metrics, 'nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0)
  })

  it('have a bounded set of labels, and no token or path of a request among them', () => {
    expect(metrics).not.toContain('/nowhere')
    expect(metrics).not.toContain('PROPFIND')
    expect(metrics).not.toContain('eyJ')
  })

  it.each([
    ['GET', '/metrics?x', 200],
    ['HEAD', '/metrics', 200],
    ['HEAD', '/metrics?x', 200],
    ['GET', '/metrics/', 404],
    ['POST', '/metrics', 404],
  ])('answer %s %s with %i', async (method, path, status) => {
    const address = `http://127.0.0.1:${fixture.server.metricsPort}${path}`
    const answer = await fetch(address, { method })
    const text = await answer.text()
    expect(answer.status).toBe(status)
    expect(text.length > 0).toBe(status === 200 && method === 'GET')
    if (status === 200) expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=/)
  })

  it('are not served on the port of the API', async () => {
    expect((await get('/metrics')).status).not.toBe(200)
  })
})

describe('a token that is remembered', () => {
  const server = useServer({ env: { METRICS_PORT: '0' } })

  it('recognizes a remembered token however many spaces stand before it', async () => {
    const token = await server.issuer.mint()
    for (const spaces of [' ', '  ', '   ']) {
      const headers = { authorization: `Bearer${spaces}${token}` }
      const answer = await fetch(`${server.server.url}/api/messages/protected`, { headers })
      expect(answer.status).toBe(200)
    }
    const metrics = await readMetrics(server)
    expect(valueOf(metrics, 'access_token_outcomes_total{outcome="verified"}')).toBe(1)
    expect(valueOf(metrics, 'access_token_outcomes_total{outcome="remembered"}')).toBe(2)
  })
})
