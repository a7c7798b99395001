import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bearer } from '../support/contract.ts'
import { ADMIN, createSigningKey, startIssuer, type TestIssuer } from '../support/issuer.ts'
import { startOtlpReceiver, type OtlpReceiver } from '../support/otlp-receiver.ts'
import { startServerProcess, untilReady, type ServerProcess } from '../support/server-process.ts'

const LOADED_PACKAGES = new URL('../support/loaded-packages.ts', import.meta.url).href
const [SERVER, CLIENT] = [2, 3]
const ERROR = 2

let issuer: TestIssuer
let receiver: OtlpReceiver
let server: ServerProcess
beforeAll(async () => {
  issuer = await startIssuer()
  receiver = await startOtlpReceiver()
})
afterEach(() => server.end())
afterAll(async () => {
  await receiver.close()
  await issuer.close()
})

/** A caller's trace: what it sends, and what its ids are (W3C Trace Context §3.2). */
function newTrace() {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')]
  return { traceId, spanId, headers: { traceparent: `00-${traceId}-${spanId}-01` } }
}

const spansOf = (traceId: string) => receiver.spans().filter((span) => span.traceId === traceId)

const asked = () => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_BSP_SCHEDULE_DELAY: '20',
})

describe('a traced server', () => {
  beforeEach(async () => {
    server = await startServerProcess({ issuer, env: asked() })
    await untilReady(server)
  })

  it("puts request, verification and procedure into the caller's trace", async () => {
    const { traceId, spanId, headers } = newTrace()
    const token = await issuer.mint({ claims: ADMIN })
    const url = `${server.url}/api/messages/admin?secret=1`
    await fetch(url, { headers: { ...headers, ...bearer(token), 'x-request-id': 'traced' } })
    await expect.poll(() => spansOf(traceId).length).toBe(3)

    const spans = new Map(spansOf(traceId).map((span) => [span.name, span]))
    const request = spans.get('GET /api/messages/admin')
    expect(request).toMatchObject({
      kind: SERVER,
      parentSpanId: spanId,
      service: 'messages-api',
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/api/messages/admin',
        'http.request.id': 'traced',
        'http.response.status_code': 200,
      },
    })
    expect(spans.get('verify access token')).toMatchObject({ parentSpanId: request?.spanId })
    expect(spans.get('messages.admin')).toMatchObject({
      parentSpanId: request?.spanId,
      attributes: { 'rpc.system': 'trpc', 'rpc.method': 'messages.admin' },
    })
    await server.printed(new RegExp(`"requestId":"traced".*"traceId":"${traceId}"`))
    const sent = JSON.stringify(receiver.spans())
    for (const part of [...token.split('.'), 'secret']) expect(sent).not.toContain(part)
  })

  it('has a span for each procedure of a batch', async () => {
    const { traceId, headers } = newTrace()
    await fetch(`${server.url}/trpc/messages.public,messages.protected?batch=1`, { headers })
    await expect.poll(() => spansOf(traceId).map(({ name }) => name)).toHaveLength(4)
    expect(spansOf(traceId).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['GET /trpc/:batch', 'messages.public', 'messages.protected']),
    )
  })

  it('fetches keys in a trace of their own, and sends the issuer no baggage of the request', async () => {
    const { traceId, headers } = newTrace()
    const baggage = `a=${'x'.repeat(8_000)}`
    const token = await issuer.mint({ key: await createSigningKey('new') })
    await fetch(`${server.url}/trpc/messages.protected`, {
      headers: { ...headers, baggage, ...bearer(token) },
    })
    const verification = () => spansOf(traceId).find(({ name }) => name === 'verify access token')
    const linked = () =>
      receiver.spans().filter(({ links }) => links.includes(verification()?.spanId ?? ''))
    await expect.poll(() => linked().map(({ name }) => name)).toEqual(['fetch keys'])
    const [keyFetch] = linked()
    expect(keyFetch?.parentSpanId ?? '').toBe('')
    expect(keyFetch?.traceId).not.toBe(traceId)
    const fetches = spansOf(keyFetch?.traceId ?? '').filter(({ kind }) => kind === CLIENT)
    expect(fetches.map(({ attributes }) => attributes['url.full'])).toEqual([
      `${issuer.url}/.well-known/openid-configuration`,
      `${issuer.url}/.well-known/jwks.json`,
    ])
    const last = fetches.at(-1)
    expect(issuer.lastHeaders['traceparent']).toBe(`00-${last?.traceId}-${last?.spanId}-01`)
    expect(issuer.lastHeaders).not.toHaveProperty('baggage')
    expect(verification()?.attributes).toMatchObject({ 'auth.refusal': 'unknown_key' })
    expect(verification()?.status.code).not.toBe(ERROR)
  })

  it('has a trace of its own for a request without one, and none for health checks', async () => {
    await fetch(`${server.url}/nowhere`)
    await fetch(`${server.url}/livez`)
    server.signal('SIGTERM')
    expect(await server.exit).toBe(0)
    const unknown = receiver
      .spans()
      .find(({ attributes }) => attributes['http.response.status_code'] === 404)
    expect(unknown).toMatchObject({ name: 'GET', kind: SERVER })
    expect(unknown?.parentSpanId ?? '').toBe('')
    expect(JSON.stringify(receiver.spans())).not.toMatch(/livez|readyz/)
  })
})

it.each([
  ['parentbased_traceidratio', '0.000001'],
  ['parentbased_always_off', ''],
])('lets no caller decide how much is traced: %s', async (sampler, ratio) => {
  const before = receiver.spans().length
  const env = { ...asked(), OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: ratio }
  server = await startServerProcess({ issuer, env })
  for (let n = 0; n < 100; n++) {
    const { spanId, traceId, headers } = newTrace()
    const likely = `00-${traceId.slice(0, 16)}0000000000000001-${spanId}-01`
    await fetch(`${server.url}/api/messages/public`, {
      headers: n % 2 === 0 ? headers : { traceparent: likely },
    })
  }
  server.signal('SIGTERM')
  await server.exit
  expect(receiver.spans().length).toBe(before)
})

it('marks spans as failed when the issuer has no keys to give', async () => {
  issuer.answer = (_req, res) => res.writeHead(500).end()
  server = await startServerProcess({ issuer, env: asked() })
  const { traceId, headers } = newTrace()
  const token = await issuer.mint()
  const url = `${server.url}/api/messages/protected`
  const response = await fetch(url, { headers: { ...headers, ...bearer(token) } })
  issuer.answer = undefined
  expect(response.status).toBe(503)
  await expect
    .poll(() =>
      spansOf(traceId)
        .filter(({ status }) => status.code === ERROR)
        .map(({ name }) => name)
        .sort(),
    )
    .toEqual(['GET /api/messages/protected', 'messages.protected', 'verify access token'])
})

it('sends protobuf unless asked for JSON', async () => {
  const env = { ...asked(), OTEL_EXPORTER_OTLP_PROTOCOL: '' }
  const before = receiver.bodies.length
  server = await startServerProcess({ issuer, env })
  await fetch(`${server.url}/api/messages/public`)
  const isThere = () =>
    receiver.bodies.slice(before).some(({ body }) => body.includes('GET /api/messages/public'))
  await expect.poll(isThere).toBe(true)
  expect(receiver.bodies.at(-1)?.type).toBe('application/x-protobuf')
  receiver.bodies.splice(before)
})

it('stops as ever when nobody takes its traces', async () => {
  server = await startServerProcess({
    issuer,
    env: { ...asked(), OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' },
  })
  expect((await fetch(`${server.url}/api/messages/public`)).status).toBe(200)
  server.signal('SIGTERM')
  const startedAt = Date.now()
  expect(await server.exit).toBe(0)
  expect(Date.now() - startedAt).toBeLessThan(8_000) // the exporter alone would try for longer
})

it.each([
  ['nothing asks for it', {}],
  ['it is disabled', { OTEL_SDK_DISABLED: 'true' }],
  ['the exporter is none', { OTEL_TRACES_EXPORTER: 'none' }],
])('is not even loaded when %s', async (_when, env) => {
  const base = Object.keys(env).length > 0 ? asked() : {}
  server = await startServerProcess({ issuer, env: { ...base, ...env }, preload: LOADED_PACKAGES })
  const { headers } = newTrace()
  expect((await fetch(`${server.url}/api/messages/public`, { headers })).status).toBe(200)
  server.signal('SIGTERM')
  await server.exit
  expect(server.output()).toMatch(/loaded packages: .*pino/)
  expect(server.output()).not.toContain('@opentelemetry')
})
