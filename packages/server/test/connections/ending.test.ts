import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bearer, MESSAGES } from '../support/contract.ts'
import { startIssuer, type TestIssuer } from '../support/issuer.ts'
import { openRaw } from '../support/raw.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let issuer: TestIssuer
let server: TestServer
beforeAll(async () => {
  issuer = await startIssuer()
  const limits = { headersTimeoutMs: 300, requestTimeoutMs: 600, checkIntervalMs: 50 }
  const env = { METRICS_PORT: '0', RATE_LIMIT_FAILED_AUTH_MAX: '60' }
  server = await startTestServer({ issuer, env, limits })
})
afterAll(async () => {
  await server.close()
  await issuer.close()
})

const HOST = 'Host: localhost\r\n'
const PUBLIC = `GET /api/messages/public HTTP/1.1\r\n${HOST}`
const LIVE = `GET /livez HTTP/1.1\r\n${HOST}`

async function sockets(): Promise<number> {
  return new Promise((resolve) => {
    server.server.getConnections((_error, count) => {
      resolve(count)
    })
  })
}

describe('a connection that its client never closes', () => {
  it.each([
    ['a byte and no more', 'G', '408'],
    ['what is no request', 'nonsense\r\n\r\n', '400'],
    ['too large headers', `${PUBLIC}X-Filler: ${'x'.repeat(70_000)}\r\n\r\n`, '431'],
  ])('is gone soon after %s was answered', async (_what, bytes, status) => {
    const connection = openRaw(server.port)
    connection.socket.allowHalfOpen = true
    await once(connection.socket, 'connect')
    const before = await sockets()
    connection.socket.write(bytes)
    await once(connection.socket, 'end')
    expect(connection.received()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    await expect.poll(sockets).toBeLessThan(before)
    connection.socket.destroy()
  })
})

describe('a request is refused with 431', () => {
  it('a request is refused when it has more than 100 headers, wherever they hide what', async () => {
    const headers = Array.from({ length: 1_020 }, (_, i) => `x${i}: 1\r\n`).join('')
    const answer = await openRaw(
      server.port,
      `${LIVE}${headers}Authorization: a\r\nAuthorization: b\r\n\r\n`,
    ).closed
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    expect(answer).toContain('{"message":"Request Header Fields Too Large"}')
  })

  it('a request is taken when it has 100 headers', async () => {
    const headers = Array.from({ length: 98 }, (_, i) => `x${i}: 1\r\n`).join('')
    const answer = await openRaw(server.port, `${LIVE}${headers}Connection: close\r\n\r\n`).closed
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  })
})

describe('the body of a request that is answered', () => {
  it.each(['/api/messages/public', '/livez', '/docs'])(
    'is not read on for ever: GET %s',
    async (path) => {
      const head = `GET ${path} HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`
      const { socket, received, closed } = openRaw(server.port, head)
      const drip = setInterval(() => socket.write('1\r\nx\r\n'.repeat(100)), 5)
      await closed
      clearInterval(drip)
      expect(received()).toMatch(/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n/i)
      expect(received().match(/HTTP\/1\.1/g)).toHaveLength(1)
    },
  )

  it('leaves the connection open where it is small', async () => {
    const request = `${PUBLIC}Content-Length: 5\r\n\r\n`
    const { socket, received } = openRaw(server.port, request)
    await expect.poll(received).toContain(MESSAGES.public)
    socket.write(`hello${PUBLIC}\r\n`)
    await expect.poll(() => received().match(/HTTP\/1\.1 200/g)).toHaveLength(2)
    socket.destroy()
  })
})

describe('an answer that has begun', () => {
  it('is not mixed with the refusal of what follows it', async () => {
    const answer = await openRaw(server.port, `${PUBLIC}\r\nnonsense\r\n\r\n`).closed
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n/i)
    expect(answer.endsWith(MESSAGES.public)).toBe(true)
  })
})

describe('requests whose sender has gone', () => {
  async function outcomes(): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${server.metricsPort}/metrics`)
    const line = /^access_token_outcomes_total\{outcome="signature"\} (\d+)$/m
    return Number(line.exec(await response.text())?.[1] ?? 0)
  }

  it('are logged, counted and limited like any other', async () => {
    const forged = bearer(`${(await issuer.mint()).slice(0, -8)}AAAAAAAA`)
    const request = `GET /api/messages/protected HTTP/1.1\r\n${HOST}Authorization: ${forged.authorization}\r\n\r\n`
    for (let i = 0; i < 5; i++) {
      const { socket } = openRaw(server.port, request.repeat(10))
      await once(socket, 'connect')
      await delay(4)
      socket.resetAndDestroy()
    }
    await expect.poll(outcomes).toBe(50)
    const lines = server.log.filter(
      ({ msg, refusal }) => msg === 'request' && refusal === 'signature',
    )
    expect(lines).toHaveLength(50)
    expect(new Set(lines.map(({ status }) => status))).toEqual(new Set([401]))
    const response = await fetch(`${server.url}/api/messages/protected`, { headers: forged })
    expect(response.headers.get('ratelimit')).toContain('"failed-authentication"; r=9;')
  })

  it('are no failures of the server, where it was a download that they broke off', async () => {
    const page = await (await fetch(`${server.url}/docs`)).text()
    const path = /"(\/docs\/swagger-ui-[^"]+bundle\.js)"/.exec(page)?.[1] ?? ''
    for (let i = 0; i < 20; i++) {
      const { socket } = openRaw(server.port, `GET ${path} HTTP/1.1\r\n${HOST}\r\n`)
      await once(socket, 'data')
      socket.resetAndDestroy()
    }
    const lines = () => server.log.filter(({ route }) => String(route).endsWith('bundle.js'))
    await expect.poll(() => lines().length).toBe(20)
    expect(lines().every(({ level, status }) => level === 30 && status === 200)).toBe(true)
    expect(server.log.filter(({ level }) => Number(level) > 40)).toEqual([])
  })
})
