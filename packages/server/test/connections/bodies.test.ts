import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodyRouter, LANES, type Lane } from '../support/body-lanes.ts'
import { bearer } from '../support/contract.ts'
import { startIssuer, type TestIssuer } from '../support/issuer.ts'
import { openRaw, type RawConnection } from '../support/raw.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let issuer: TestIssuer
let server: TestServer
let patient: TestServer
let authorization: string
beforeAll(async () => {
  issuer = await startIssuer()
  const common = { issuer, router: bodyRouter, env: { RATE_LIMIT_MAX: '0' } }
  const timeouts = { headersTimeoutMs: 300, requestTimeoutMs: 300, checkIntervalMs: 20 }
  server = await startTestServer({ ...common, limits: { ...timeouts, lingerMs: 100 } })
  patient = await startTestServer({ ...common, limits: { lingerMs: 100 } })
  const token = bearer(await issuer.mint())
  authorization = `Authorization: ${token.authorization}\r\n`
})
afterAll(async () => {
  await server.close()
  await patient.close()
  await issuer.close()
})

const HELLO = 'GET /api/hello HTTP/1.1\r\nHost: localhost\r\n\r\n'
const CHUNKED = 'Transfer-Encoding: chunked\r\n'
const EXPECTING = 'Expect: 100-continue\r\n'

function headOf(lane: Pick<Lane, 'path' | 'headers'>, headers: string): string {
  const own = `${lane.headers}${authorization}${headers}`
  return `POST ${lane.path} HTTP/1.1\r\nHost: localhost\r\n${own}\r\n`
}

const lengthOf = ({ length }: Uint8Array) => `Content-Length: ${length}\r\n`
const statusesOf = (answer: string) =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))

/** The one answer to a faulty body. */
function expectRefusal(answer: string, status: number): void {
  expect(statusesOf(answer)).toEqual([status])
  expect(answer).toMatch(/\r\nConnection: close\r\n/i)
  expect(answer).toContain(`"message":"${MESSAGES[status] ?? ''}"`)
  expect(answer).toMatch(/\r\nx-request-id: /i)
}

const MESSAGES: Record<number, string> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Payload Too Large',
}

/** Writes until the other side has had enough. @returns what came back, and how many bytes were written */
async function pour(connection: RawConnection, piece: Buffer): Promise<[string, number]> {
  const { socket, closed } = connection
  let written = 0
  const more = () => {
    while (!socket.destroyed && socket.writable) {
      written += piece.length
      if (!socket.write(piece)) return
    }
  }
  socket.on('drain', more)
  more()
  return [await closed, written]
}

const chunk = (bytes: Buffer) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])

describe.each(LANES.map((lane) => [lane.name, lane] as const))('over %s', (_name, lane) => {
  const half = lane.body.subarray(0, lane.body.length / 2)
  const start = (headers: string) => Buffer.from(headOf(lane, headers))
  const unfinished = () => Buffer.concat([start(lengthOf(lane.body)), half])

  it('a body is taken, in one piece or byte by byte', async () => {
    const whole = start(`${lengthOf(lane.body)}Connection: close\r\n`)
    expect(await openRaw(patient.port, Buffer.concat([whole, lane.body])).closed).toContain('5}')
    const bytes = [...lane.body].map((byte) => chunk(Buffer.of(byte)))
    const dripping = start(`${CHUNKED}Connection: close\r\n`)
    const { closed } = openRaw(
      patient.port,
      Buffer.concat([dripping, ...bytes, Buffer.from('0\r\n\r\n')]),
    )
    expect(await closed).toContain('5}')
  })

  it('a body that is never finished gets 408 and a close', async () => {
    const beginnings = [unfinished(), start(lengthOf(lane.body)), start(CHUNKED)]
    const opened = beginnings.map((bytes) => openRaw(server.port, bytes))
    for (const { closed } of opened) expectRefusal(await closed, 408)
  })

  it('a body of which a byte comes now and then gets 408 and a close', async () => {
    const { socket, closed } = openRaw(server.port, start('Content-Length: 1000\r\n'))
    const drip = setInterval(() => socket.write(' '), 20)
    const answer = await closed
    clearInterval(drip)
    expectRefusal(answer, 408)
  })

  it('a body whose sender half-closes gets 408 and a close at once', async () => {
    const { socket, closed } = openRaw(patient.port, unfinished())
    socket.end()
    expectRefusal(await closed, 408)
  })

  it.each([
    ['no chunk', CHUNKED, 'zz\r\n'],
    ['data longer than its chunk', CHUNKED, '1\r\nxyz\r\n'],
    ['data shorter than its chunk', CHUNKED, '5\r\nx\r\n0\r\n\r\n0\r\n\r\n'],
    ['bad trailers', CHUNKED, '1\r\nx\r\n0\r\nBad Trailer: x\r\n\r\n'],
    ['no coding', 'Transfer-Encoding: identity\r\n', 'x'],
    ['an unknown coding', 'Transfer-Encoding: xchunked\r\n', 'x'],
  ])('a body with %s gets 400 and a close at once', async (_what, coding, bytes) => {
    expectRefusal(await openRaw(patient.port, headOf(lane, coding) + bytes).closed, 400)
    const { socket, closed } = openRaw(patient.port, headOf(lane, coding))
    await once(socket, 'connect')
    socket.write(bytes) // when somebody waits for it
    expectRefusal(await closed, 400)
  })

  it('an endless body gets 413 when 100 KiB of it have come', async () => {
    const connection = openRaw(patient.port, start(CHUNKED))
    const [answer, written] = await pour(connection, chunk(Buffer.alloc(16_384, ' ')))
    expectRefusal(answer, 413)
    expect(written).toBeLessThan(20_000_000) // most of it lies in the buffers of the system
  })

  it('a body that says it is too large gets 413 alone, where 100 Continue was asked for too', async () => {
    const large = 'Content-Length: 9999999\r\n'
    expectRefusal(await openRaw(patient.port, start(large + EXPECTING)).closed, 413)
  })

  it('a body that waits for 100 Continue is asked for, and gets 408 when it never comes', async () => {
    const asking = start(`${EXPECTING}${lengthOf(lane.body)}Connection: close\r\n`)
    const { socket, received, closed } = openRaw(patient.port, asking)
    await expect.poll(received).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    socket.write(lane.body)
    const answer = await closed
    expect(statusesOf(answer)).toEqual([100, 200])
    expect(answer).toContain('5}')
    const forgotten = await openRaw(server.port, asking).closed
    expectRefusal(forgotten.replace('HTTP/1.1 100 Continue\r\n\r\n', ''), 408)
  })

  it('a body whose sender goes is logged as such, and is no failure of the server', async () => {
    const lines = () => patient.log.filter(({ status }) => status === 499)
    const before = lines().length
    for (const headers of [lengthOf(lane.body), CHUNKED]) {
      const { socket, received } = openRaw(patient.port, start(headers + EXPECTING))
      await expect.poll(received).toContain('100 Continue') // the server waits for the body
      socket.resetAndDestroy()
    }
    await expect.poll(() => lines().length).toBe(before + 2)
    expect(patient.log.filter(({ level }) => Number(level) > 40)).toEqual([])
  })

  it('a faulty body behind a good request gets its refusal behind the answer to that', async () => {
    const good = Buffer.from(HELLO)
    const broken = start(CHUNKED)
    for (const [port, status, bytes] of [
      [server.port, 408, unfinished()],
      [patient.port, 400, Buffer.concat([broken, Buffer.from('zz\r\n')])],
      [patient.port, 413, Buffer.concat([broken, chunk(Buffer.alloc(102_401, ' '))])],
    ] as const) {
      const answer = await openRaw(port, Buffer.concat([good, bytes])).closed
      expect(statusesOf(answer)).toEqual([200, status])
      expect(answer).toContain('{"length":5}')
    }
  })
})

describe('a body that nobody reads', () => {
  const ignore = { path: '/api/ignore', headers: '' }

  it.each([
    ['a procedure without an input', '/api/ignore', 200],
    ['the same over RPC', '/trpc/ignore', 200],
    ['an unknown path', '/nowhere', 404],
    ['another method', '/livez', 405],
    ['an unsupported media type over RPC', '/trpc/bytes', 415],
  ])('does not make the connection endless: %s', async (_what, path, status) => {
    const headers = `Content-Type: ${status === 415 ? 'text/plain' : 'application/json'}\r\n`
    const connection = openRaw(patient.port, headOf({ path, headers }, CHUNKED))
    const [answer] = await pour(connection, chunk(Buffer.alloc(16_384, ' ')))
    expect(statusesOf(answer)).toEqual([status])
    expect(answer).toMatch(/\r\nConnection: close\r\n/i)
  })

  it('is not asked for with 100 Continue', async () => {
    const asking = headOf(ignore, `${EXPECTING}Content-Length: 5\r\n`)
    expect(statusesOf(await openRaw(patient.port, asking).closed)).toEqual([200])
    const stranger = asking.replace(authorization, '').replace('/api/ignore', '/api/notes')
    expect(statusesOf(await openRaw(patient.port, stranger).closed)).toEqual([401])
  })

  it('leaves the connection open, and is cut when the rest does not come', async () => {
    const answer = await openRaw(server.port, headOf(ignore, 'Content-Length: 5\r\n')).closed
    expect(statusesOf(answer)).toEqual([200])
  })
})

describe('a compressed body', () => {
  const lane = { path: '/api/notes', headers: 'Content-Type: application/json\r\n' }
  const send = (coding: string, body: Buffer) => {
    const headers = `Content-Encoding: ${coding}\r\n${lengthOf(body)}Connection: close\r\n`
    const bytes = Buffer.concat([Buffer.from(headOf(lane, headers)), body])
    return openRaw(patient.port, bytes).closed
  }

  it('a compressed body that grows over 100 KiB gets 413', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, ' '), { level: 9 })
    expect(bomb.length).toBeLessThan(100_000)
    expectRefusal(await send('gzip', bomb), 413)
  })

  it('a compressed body that is cut off or no such thing gets 400', async () => {
    expectRefusal(await send('gzip', gzipSync('{"text":"hello"}').subarray(0, -9)), 400)
    expectRefusal(await send('br', Buffer.from('{"text":"hello"}')), 400)
  })

  it('a compressed body in an unknown coding gets 415', async () => {
    expect(statusesOf(await send('rot13', Buffer.from('x')))).toEqual([415])
  })

  it('a compressed body that never ends and never decompresses to anything gets 413', async () => {
    const empty = Buffer.from([0, 0, 0, 0xff, 0xff]) // an empty block (RFC 1951 §3.2.4)
    const head = headOf(lane, `Content-Encoding: gzip\r\n${CHUNKED}`)
    const connection = openRaw(patient.port, head)
    connection.socket.write(chunk(gzipSync('').subarray(0, 10)))
    const [answer] = await pour(
      connection,
      chunk(Buffer.concat(Array(1_000).fill(empty) as Buffer[])),
    )
    expectRefusal(answer, 413)
  })
})

describe('an answer that is still being made', () => {
  const slow = HELLO.replace('hello', 'slow')
  const save = { path: '/api/notes', headers: 'Content-Type: application/json\r\n' }

  it.each([
    [[200, 408], 'an unfinished body', () => `${headOf(save, 'Content-Length: 50\r\n')}{`],
    [[200, 400], 'a broken body', () => `${headOf(save, CHUNKED)}zz\r\n`],
  ])('is sent, and %j are the answers, with %s behind it', async (statuses, _, bytes) => {
    const answer = await openRaw(server.port, slow + bytes()).closed
    expect(statusesOf(answer)).toEqual(statuses)
    expect(answer).toContain('{"length":6}')
  })

  it('is sent whole and as the last one, with what is no request behind it', async () => {
    const answer = await openRaw(server.port, `${slow}nonsense\r\n\r\n`).closed
    expect(statusesOf(answer)).toEqual([200])
    expect(answer).toMatch(/\r\nConnection: close\r\n/i)
  })
})

describe('an answer that has begun', () => {
  it("is sent to its end, and what can't be parsed behind it is refused after it", async () => {
    const { socket, received, closed } = openRaw(patient.port, HELLO)
    await expect.poll(received).toContain('{"length":5}')
    socket.write('nonsense\r\n\r\n')
    expect(statusesOf(await closed)).toEqual([200, 400])
  })
})

describe('an unfinished body on each of 300 connections', () => {
  const unfinishedBody = Buffer.alloc(95_000, ' ')

  async function connections(): Promise<number> {
    return new Promise((resolve) => {
      server.server.getConnections((_error, count) => {
        resolve(count)
      })
    })
  }

  /** Bytes in buffers, after all that is not used any more was freed. */
  function bytesInBuffers(): number {
    setFlagsFromString('--expose-gc')
    ;(runInNewContext('gc') as () => void)()
    return process.memoryUsage().arrayBuffers
  }

  it('leaves no socket and no memory behind, in any lane', async () => {
    const before = bytesInBuffers()
    const opened = Array.from({ length: 300 }, (_, at) => {
      const lane = LANES[at % LANES.length] as Lane
      const head = Buffer.from(headOf(lane, 'Content-Length: 99000\r\n'))
      return openRaw(server.port, Buffer.concat([head, unfinishedBody]))
    })
    const answers = await Promise.all(opened.map(({ closed }) => closed))
    expect(answers.map(statusesOf)).toEqual(answers.map(() => [408]))
    await expect.poll(connections).toBeLessThanOrEqual(1)
    await expect.poll(bytesInBuffers).toBeLessThan(before + 5_000_000)
  })
})
