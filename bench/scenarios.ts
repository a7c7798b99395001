import { SERVERS, YARDSTICK, type BenchServer } from './servers.ts'
import type { Tokens } from './tokens.ts'

export const CLIENT_ORIGIN = 'http://localhost:4040'

export interface BenchRequest {
  readonly method: 'GET' | 'OPTIONS'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** A file of tokens, one a line, that requests carry in turn. */
  readonly tokensFile?: string
}

export interface Scenario {
  readonly name: string
  readonly title: string
  /** Every answer must have one of these statuses, and the first one this text in its body. */
  readonly statuses: readonly number[]
  readonly text: string
  readonly servers: readonly BenchServer[]
  readonly request: (server: BenchServer, tokens: Tokens) => Promise<BenchRequest>
}

const ADMIN_TEXT = 'The API successfully recognized you as an admin.'
const ADMIN_PATH = '/api/messages/admin'

const guarded = SERVERS.filter((server) => server.guarded)
const withRpc = SERVERS.filter(({ rpcPath }) => rpcPath !== undefined)
const withBatches = SERVERS.filter(({ batches }) => batches)

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** A GET whose requests all carry the same token. */
const get = async (path: string, token: Promise<string>): Promise<BenchRequest> => ({
  method: 'GET',
  path,
  headers: bearer(await token),
})

/** A GET whose requests carry the tokens of a file in turn. */
const getInTurn = async (file: Promise<string>): Promise<BenchRequest> => ({
  method: 'GET',
  path: ADMIN_PATH,
  headers: {},
  tokensFile: await file,
})

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'admin',
    title: 'GET /api/messages/admin, a valid token with the permission',
    statuses: [200],
    text: ADMIN_TEXT,
    servers: SERVERS.filter(({ name }) => name !== YARDSTICK),
    request: (_server, tokens) => get(ADMIN_PATH, tokens.admin()),
  },
  {
    name: 'protected',
    title: 'GET /api/messages/protected, a valid token',
    statuses: [200],
    text: 'The API successfully validated your access token.',
    servers: guarded,
    request: (_server, tokens) => get('/api/messages/protected', tokens.admin()),
  },
  {
    name: 'public',
    title: 'GET /api/messages/public, no token',
    statuses: [200],
    text: "The API doesn't require an access token to share this message.",
    servers: guarded,
    request: () => Promise.resolve({ method: 'GET', path: '/api/messages/public', headers: {} }),
  },
  {
    name: 'rpc',
    title: 'The admin message over RPC, one call',
    statuses: [200],
    text: ADMIN_TEXT,
    servers: withRpc,
    request: ({ rpcPath = '' }, tokens) => get(rpcPath, tokens.admin()),
  },
  {
    name: 'batch',
    title: 'The admin message over RPC, a batch of 10 calls (requests, not calls, a second)',
    statuses: [200],
    text: ADMIN_TEXT,
    servers: withBatches,
    request(_server, tokens) {
      const calls = Array.from({ length: 10 }, () => 'messages.admin').join(',')
      return get(`/trpc/${calls}?batch=1&input=%7B%7D`, tokens.admin())
    },
  },
  {
    name: 'bad-token',
    title: 'A token whose signature is wrong, always the same one',
    statuses: [401],
    text: '',
    servers: guarded,
    request: (_server, tokens) => get(ADMIN_PATH, tokens.badSignature()),
  },
  {
    name: 'unknown-kid',
    title: 'Tokens signed with keys that the issuer does not publish, 1,000 key ids in turn',
    statuses: [401],
    text: '',
    servers: guarded,
    request: (_server, tokens) => getInTurn(tokens.unknownKeysFile()),
  },
  {
    name: 'cold',
    title: 'GET /api/messages/admin, a different valid token on every request',
    statuses: [200],
    text: ADMIN_TEXT,
    servers: SERVERS.filter((server) => server.guarded || server.name === YARDSTICK),
    request: (_server, tokens) => getInTurn(tokens.coldFile()),
  },
  {
    name: 'preflight',
    title: 'OPTIONS /api/messages/admin, a CORS preflight of an allowed origin',
    statuses: [200, 204],
    text: '',
    servers: guarded,
    request: () =>
      Promise.resolve({
        method: 'OPTIONS',
        path: ADMIN_PATH,
        headers: {
          origin: CLIENT_ORIGIN,
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization',
        },
      }),
  },
]
