import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { MESSAGES } from './support/contract.ts'
import { useServer } from './support/fixtures.ts'
import { openRaw, type RawConnection } from './support/raw.ts'
import { startTestServer } from './support/server.ts'

const fixture = useServer()
const impatient = useServer({
  limits: {
    headersTimeoutMs: 300,
    requestTimeoutMs: 600,
    keepAliveTimeoutMs: 300,
    checkIntervalMs: 50,
  },
})
const REQUEST = 'GET /api/messages/public HTTP/1.1\r\nHost: localhost\r\n'

function open(server: typeof fixture, bytes: string | Uint8Array = ''): RawConnection {
  return openRaw(server.server.port, bytes)
}

async function connections({ server }: typeof fixture): Promise<number> {
  return new Promise((resolve) => {
    server.server.getConnections((_error, count) => {
      resolve(count)
    })
  })
}

function bodyOf(answer: string): string {
  return answer.split('\r\n\r\n')[1] ?? ''
}

describe('a slow or silent connection', () => {
  it('cuts a connection that sends nothing', async () => {
    await open(impatient).closed
  })

  it('cuts a connection whose headers take too long, with 408', async () => {
    const answer = await open(impatient, REQUEST).closed
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
    expect(bodyOf(answer)).toBe('{"message":"Request Timeout"}')
    expect(answer).toContain('\r\nx-content-type-options: nosniff\r\n')
    expect(answer).toMatch(/\r\nx-request-id: [\w-]+\r\n/)
  })

  it('cuts a connection whose headers come a byte at a time', async () => {
    const { socket, closed } = open(impatient, REQUEST)
    const drip = setInterval(() => socket.write('x'), 20)
    await closed
    clearInterval(drip)
  })

  it('cuts a connection where the rest of a request that was answered does not come', async () => {
    const head = 'POST /trpc/messages.public HTTP/1.1\r\nHost: localhost\r\n'
    const type = 'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n'
    await open(impatient, `${head}${type}{`).closed
  })

  it('cuts a connection that is kept alive and idle', async () => {
    const answer = await open(impatient, `${REQUEST}\r\n`).closed
    expect(bodyOf(answer)).toBe(MESSAGES.public)
  })
})

describe('a request that is none', () => {
  it.each([
    ['431', `${REQUEST}X-Filler: ${'x'.repeat(40_000)}\r\n\r\n`],
    ['400', 'nonsense\r\n\r\n'],
    ['400', 'GET / HTTP/9.9\r\n\r\n'],
    ['400', 'GET /api/messages/public HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['400', `${REQUEST}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc`],
    ['400', `${REQUEST}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`],
    ['400', `${REQUEST}Bad Header: x\r\n\r\n`],
    ['400', `${REQUEST}Host: other\r\nConnection: close\r\n\r\n`],
    ['400', 'GET /api/messages/public HTTP/1.1\r\nHost: a"b\r\nConnection: close\r\n\r\n'],
    ['400', 'GET http://[bad HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
  ])('answers %s with a JSON body to what it can not take', async (status, bytes) => {
    const answer = await open(fixture, bytes).closed
    expect(answer.startsWith(`HTTP/1.1 ${status} `)).toBe(true)
    expect(answer).toMatch(/content-type: application\/json; charset=utf-8/i)
    expect(answer).toMatch(/x-request-id: /i)
    expect(JSON.parse(bodyOf(answer))).toEqual({ message: expect.any(String) as string })
  })
})

describe('many open connections', () => {
  it('keeps nobody waiting while 300 idle sockets and 50 half sent requests are open', async () => {
    const idle = Array.from({ length: 300 }, () => open(fixture))
    const half = Array.from({ length: 50 }, () => open(fixture, REQUEST))
    await Promise.all([...idle, ...half].map(({ socket }) => once(socket, 'connect')))
    const response = await fetch(`${fixture.server.url}/api/messages/public`)
    expect(await response.text()).toBe(MESSAGES.public)
    expect(await connections(fixture)).toBeGreaterThanOrEqual(350) // they are all still there
    for (const { socket } of [...idle, ...half]) socket.destroy()
  })
})

describe('a stop', () => {
  it('cuts connections that are idle, silent or too slow at its deadline', async () => {
    const stopping = await startTestServer({
      issuer: fixture.issuer,
      times: { cutMs: 200 },
    })
    const idle = openRaw(stopping.port, `${REQUEST}\r\n`)
    await once(idle.socket, 'data')
    const silent = openRaw(stopping.port)
    const slow = openRaw(stopping.port, 'GET /livez HTTP/1.1\r\nHost: local')
    await Promise.all([silent, slow].map(({ socket }) => once(socket, 'connect')))
    await stopping.close()
    await Promise.all([idle, silent, slow].map(({ closed }) => closed))
  })
})

/** A small generator (mulberry32), so that a run can be had again. */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

/** Random bytes, or a good request in which some bytes were changed. */
function randomBytes(random: (below: number) => number): Uint8Array {
  const good = `${REQUEST}Authorization: Bearer a.b.c\r\nContent-Length: 2\r\n\r\n{}`
  const bytes = random(2) ? Buffer.from(good) : Buffer.alloc(1 + random(400))
  const changes = random(2) ? bytes.length : 1 + random(6)
  for (let i = 0; i < changes; i++) bytes[random(bytes.length)] = random(256)
  return bytes
}

describe('bytes of no meaning', () => {
  it('survives 10,000 random byte strings, and leaves no socket open', async () => {
    const random = createRandom(20_250_101)
    for (let sent = 0; sent < 10_000; sent += 100) {
      const batch = Array.from({ length: 100 }, () => open(fixture, randomBytes(random)))
      for (const { socket } of batch) socket.end()
      await Promise.all(batch.map(({ closed }) => closed))
    }
    const response = await fetch(`${fixture.server.url}/api/messages/public`)
    expect(await response.text()).toBe(MESSAGES.public)
    await expect.poll(() => connections(fixture)).toBeLessThanOrEqual(2) // those of fetch, kept alive
    const failures = fixture.server.log.filter(({ level }) => Number(level) >= 50)
    expect(failures).toEqual([])
  })
})
