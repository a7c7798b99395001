import { JSON_TYPE, pipelined, withToken, type Attack, type Flood } from './attack.ts'

const PUBLIC = '/api/messages/public'
const HOST = 'Host: localhost\r\n'
const BODY_BYTES = 99_000 // the server takes 100 KiB
const DEPTH = 60

const connections: readonly Flood[] = [
  { bytes: ({ bundle }) => pipelined(bundle, 16) },
  { bytes: ({ bundle }) => pipelined(bundle, 100), resetAfterMs: 20 },
  { bytes: () => 'G' },
  { bytes: () => pipelined('/docs/docs.css', 1_100) },
  {
    bytes: () => pipelined('/api/messages/protected', 16, 'Authorization: Bearer a.b.c\r\n'),
    resetAfterMs: 4,
  },
  {
    bytes: () =>
      `GET ${PUBLIC} HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(10_000)}`,
  },
]

const CHUNK = `4000\r\n${'x'.repeat(0x4000)}\r\n`

const endlessTo = (path: string): Flood => ({
  bytes: (target, n) =>
    `${withToken(`POST ${path}`, target, n)}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n`,
  atOnce: 2,
  endless: CHUNK,
  reads: true,
})

const bodyTo = (path: string, body: string): Flood => ({
  bytes: (target, n) =>
    `${withToken(`POST ${path}`, target, n)}${JSON_TYPE}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  reads: true,
})

/** As many levels as `DEPTH`, each with a leaf after the other, so that the whole is `BODY_BYTES` long. */
function nested(innermost: string): string {
  const leaf = '{"kind":"leaf","n":1}'
  const perLevel = Math.floor(BODY_BYTES / DEPTH / (leaf.length + 1)) - 2
  const leaves = `[${Array.from({ length: perLevel }, () => leaf).join(',')}]`
  const levels = Array.from({ length: DEPTH }, (_, level) => (level % 2 === 0 ? 'all' : 'any'))
  const tree = levels.reduce(
    (inner, kind) => `{"kind":"${kind}","leaves":${leaves},"inner":${inner}}`,
    innermost,
  )
  return `{"tree":${tree}}`
}

const faultyLines = `{"lines":[${'{},'.repeat(BODY_BYTES / 3)}{}]}`

/** Each in the name of an attacker who has valid tokens, where one is asked for. */
export const ATTACKS: readonly Attack[] = [
  {
    name: 'unfinished bodies',
    seconds: 8,
    requestTimeoutMs: 3_000,
    floods: [
      {
        bytes: (target, n) =>
          `${withToken('POST /api/reports', target, n)}${JSON_TYPE}Content-Length: 100000\r\n\r\n{"title":"${'x'.repeat(95_000)}`,
        atOnce: 75,
        inAll: 1_500,
        reads: true,
      },
    ],
  },
  { name: 'endless chunks, REST', seconds: 4, floods: [endlessTo('/api/reports')] },
  { name: 'endless chunks, RPC', seconds: 4, floods: [endlessTo('/trpc/reports.add')] },
  {
    name: 'nested unions',
    seconds: 4,
    floods: [
      bodyTo('/api/trees', nested('{"kind":"leaf","n":1}')),
      bodyTo('/api/trees', nested('{"kind":"leaf","n":"none"}')),
    ],
  },
  { name: 'long faulty lists', seconds: 4, floods: [bodyTo('/api/orders', faultyLines)] },
  {
    name: 'idle streams',
    seconds: 5,
    floods: [
      {
        bytes: (target, n) => `${withToken('GET /trpc/idle', target, n)}\r\n`,
        atOnce: 30,
        inAll: 750,
        reads: true,
      },
    ],
  },
]

/** Answers that are not read, single bytes, resets: all at once, for as long as the server's time-outs. */
export const unreadAnswers = (seconds: number): Attack => ({
  name: 'unread answers, resets',
  seconds,
  floods: connections,
})
