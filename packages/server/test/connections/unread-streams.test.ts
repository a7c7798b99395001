import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesHandedOver, bytesTaken, readSendQueues } from '../../src/connections/send-queues.ts'
import { publicProcedure, router } from '../support/trpc.ts'
import { startIssuer, type TestIssuer } from '../support/issuer.ts'
import { openRaw } from '../support/raw.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

/** Much less than what an answer may leave unread. */
const EVENT = 'x'.repeat(2 * 1024)
/** Whether the stream sends more than its pings. */
let loud = true

const streams = router({
  events: publicProcedure.subscription(async function* ({ signal }) {
    for (;;) {
      if (loud) yield EVENT
      await delay(10, undefined, { signal })
    }
  }),
})

let issuer: TestIssuer
let server: TestServer
beforeAll(async () => {
  issuer = await startIssuer()
  server = await startTestServer({
    issuer,
    router: streams,
    limits: { unreadTimeoutMs: 600, lingerMs: 100 },
    times: { pingMs: 50 },
  })
})
afterAll(async () => {
  await server.close()
  await issuer.close()
})

const REQUEST = 'GET /trpc/events HTTP/1.1\r\nHost: localhost\r\n\r\n'

/**
 * A connection that reads nothing, and whose system has no room left: nothing that is sent is received. On a machine
 * that stood still meanwhile, the server may have closed it already.
 */
async function openStalled(): Promise<Socket> {
  loud = true
  const connected = once(server.server, 'connection') as Promise<[Socket]>
  const socket = connect(server.port, '127.0.0.1')
  const [other] = await connected
  socket.on('error', () => undefined) // a reset
  socket.write(REQUEST)
  const isStalled = (taken: number, before: number) =>
    other.destroyed || (taken === before && taken !== bytesHandedOver(other))
  for (let taken = -1, before = -2; !isStalled(taken, before);) {
    await delay(50)
    before = taken
    taken = bytesTaken(other, await readSendQueues())
  }
  loud = false
  return socket
}

describe('a subscription', () => {
  it('is closed when its client takes none of its pings any more', async () => {
    const socket = await openStalled()
    const line = () => server.log.find(({ route }) => route === '/trpc/events')
    await expect.poll(line).toMatchObject({ status: 200, aborted: true })
    socket.destroy()
  })

  it('stays when its client takes them, however little that is', async () => {
    loud = false
    const { socket, received } = openRaw(server.port, REQUEST)
    await delay(1_500)
    const before = received().length
    await expect.poll(() => received().length).toBeGreaterThan(before)
    expect(socket.destroyed).toBe(false)
    socket.destroy()
  })
})
