import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDpopKey } from '../support/dpop.ts'
import { useServer } from '../support/fixtures.ts'
import { openRaw } from '../support/raw.ts'
import { startServerProcess, untilReady, type ServerProcess } from '../support/server-process.ts'

const fixture = useServer()

/** The answer to one request, whose target is sent as it is. */
async function send(port: number, target: string, lines: readonly string[] = []): Promise<string> {
  const head = [`GET ${target} HTTP/1.1`, 'host: 127.0.0.1', 'connection: close', ...lines]
  return openRaw(port, `${head.join('\r\n')}\r\n\r\n`).closed
}

const statusOf = (answer: string) => Number(answer.split(' ', 2)[1])

describe('the log', () => {
  const CANARY = 'canary5f3a'
  const QUERY = `?access_token=${CANARY}`
  let server: ServerProcess
  beforeAll(async () => {
    server = await startServerProcess({ issuer: fixture.issuer, env: { LOG_LEVEL: 'trace' } })
    await untilReady(server)
  })
  afterAll(() => server.end())

  it('never holds a URL, whatever is wrong with it', async () => {
    const paths = ['/api/messages/admin', '/trpc/messages.admin', '/docs', '/nowhere', '/livez']
    const targets = paths.flatMap((path) => [
      `${path}${QUERY}`,
      `/${path}${QUERY}`,
      `${path}/${CANARY}`,
      `${path}/%${CANARY}`,
      `${path}#${CANARY}`,
      `http://user:${CANARY}@h${path}${QUERY}`,
      `http://h${path}${QUERY}`,
      `http://h:x${path}${QUERY}`,
      `http://h:99999${path}${QUERY}`,
      `http://[::g]${path}${QUERY}`,
      `https://${CANARY}${path}`,
      `ftp://h${path}${QUERY}`,
    ])
    const trpc = [
      `/trpc//u:${CANARY}@e/messages.public?x`,
      `/trpc//u:p@e/messages.public${QUERY}`,
      `/trpc/\\u:${CANARY}@e/messages.public`,
      `/trpc//[${CANARY}/messages.public`,
      `/trpc//e:x/messages.public${QUERY}`,
      `/trpc/messages.public?input=${CANARY}`,
      `/trpc/messages.public%2Cmessages.${CANARY}?batch=1`,
    ]
    const streams = ['trpc-accept: application/jsonl']
    for (const target of [...targets, ...trpc]) {
      for (const lines of [[], streams]) {
        const answer = await send(server.port, target, lines)
        expect(statusOf(answer), target).toBeLessThan(500)
      }
    }
    server.signal('SIGTERM')
    await server.exit
    expect(server.output()).not.toContain(CANARY)
    expect(server.log().filter(({ level }) => Number(level) >= 50)).toEqual([])
  })
})

describe('a target', () => {
  it.each([
    '/trpc//u:p@e/messages.public?x',
    '/trpc//e/messages.public',
    '/trpc/\\e/messages.public',
    'http://user:pw@h/trpc/messages.admin',
    'http://user@h/api/messages/public',
    'http://h:x/api/messages/public',
    'ftp://h/api/messages/public',
  ])('a target that names somebody or somewhere else is a 400: %s', async (target) => {
    expect(statusOf(await send(fixture.server.port, target))).toBe(400)
  })

  it.each(['/api/messages/public', '/trpc/messages.public', '/api/messages/public?a=http://u@h'])(
    'may be absolute, as for a proxy: %s',
    async (path) => {
      const absolute = await send(fixture.server.port, `http://api.example.com${path}`)
      expect(statusOf(absolute)).toBe(200)
      const plain = await send(fixture.server.port, path)
      expect(absolute.split('\r\n\r\n')[1]).toBe(plain.split('\r\n\r\n')[1])
    },
  )

  it.each(['127.0.0.1:', '[::1]:', 'x:'])(
    'may come with a Host whose port is empty: %s',
    async (host) => {
      const head = `GET /api/messages/protected HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`
      const answer = await openRaw(fixture.server.port, head).closed
      expect(statusOf(answer)).toBe(401)
      expect(answer).toContain(`resource_metadata="http://${host.slice(0, -1)}/.well-known/`)
    },
  )
})

describe('the htu of a DPoP proof', () => {
  it.each([
    ['/trpc/messages%2eprotected', '/trpc/messages.protected'],
    ['/trpc/messages.protected', '/trpc/messages%2Eprotected'],
    ['/trpc/%6dessages.protected', '/trpc/%6Dessages.protected'],
    ['http://127.0.0.1/api/messages/protected', '/api/messages/protected'],
  ])(
    'is compared as RFC 3986 normalises it: a request for %s, a proof for %s',
    async (target, path) => {
      const key = await createDpopKey()
      const token = await fixture.issuer.mint({ claims: { cnf: { jkt: key.thumbprint } } })
      const prove = (url: string) => key.prove({ url, token })
      const use = async (dpop: string) =>
        statusOf(
          await send(fixture.server.port, target, [
            `authorization: DPoP ${token}`,
            `dpop: ${dpop}`,
          ]),
        )
      expect(await use(await prove(`http://127.0.0.1${path}`))).toBe(200)
      const other = path.replace(/\/([^/]*)$/, '%2F$1')
      expect(await use(await prove(`http://127.0.0.1${other}`))).toBe(401)
    },
  )
})
