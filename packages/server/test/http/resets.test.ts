import { connect } from 'node:net'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { useServer } from '../support/fixtures.ts'

const fixture = useServer()

const PATHS = [
  '/api/openapi.json',
  '/.well-known/oauth-protected-resource',
  '/api/messages/protected',
  '/trpc/messages.protected',
  '/docs/settings.json',
]

/** Sends a request and resets the connection, so that the server finds both at once. */
async function sendAndReset(path: string): Promise<void> {
  const socket = connect(fixture.server.port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  await new Promise<void>((resolve) => {
    const request = `GET ${path} HTTP/1.1\r\nhost: x\r\nx-request-id: reset\r\n\r\n`
    socket.write(request, () => {
      socket.resetAndDestroy()
      resolve()
    })
  })
}

it.each(PATHS)(
  'a request for %s whose sender resets the connection at once is no error',
  async (path) => {
    await Promise.all(Array.from({ length: 40 }, () => sendAndReset(path)))
    expect((await fetch(`${fixture.server.url}/livez`)).status).toBe(200)
    expect(fixture.server.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
    expect(fixture.server.log.filter(({ status }) => status === 500)).toEqual([])
  },
)
