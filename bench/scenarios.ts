import { fetchScenarios } from './fetch-scenarios.ts'
import { helpdeskScenarios } from './helpdesk-scenarios.ts'
import { mcpScenarios } from './mcp-scenarios.ts'
import { rowOf } from './peers/reports.js'
import {
  ADMIN_PATH,
  ADMIN_TEXT,
  browser,
  callsTo,
  get,
  send,
  type BenchRequest,
} from './requests.ts'
import { streamedBatchRequest, type Call } from './rpc-requests.ts'
import type { Scenario } from './scenario.ts'
import { SERVERS, YARDSTICK } from './servers.ts'

const BATCH_SIZE = 10
const REPORT_TEXT = '"title":"The first quarter"'
const READ_REPORT: Call = { procedure: 'reports.byId', type: 'query', input: { id: '42' } }
const NEW_REPORT = { title: 'The first quarter' }
const ADD_REPORT: Call = { procedure: 'reports.add', type: 'mutation', input: NEW_REPORT }
const ADMIN_CALL: Call = { procedure: 'messages.admin', type: 'query' }
const BATCH: [Call, ...Call[]] = [
  ADMIN_CALL,
  ...Array.from({ length: BATCH_SIZE - 1 }, () => ADMIN_CALL),
]

/** What is measured with the subscriptions. */
export const STREAMED_BATCH = 'streamed-batch'

const apis = SERVERS.filter(({ only }) => only === undefined)
const guards = SERVERS.filter(({ only }) => only === 'guard')
const guarded = apis.filter((server) => server.guarded)
const withRpc = apis.filter(({ rpc }) => rpc !== undefined)
const withTrpc = SERVERS.filter(
  ({ rpc, only }) => (rpc === 'trpc' && only === undefined) || only === 'streams',
)
const withLists = apis.filter(({ lists }) => lists)

/** A GET whose requests carry the tokens of a file in turn. */
const getInTurn = async (file: Promise<string>): Promise<BenchRequest> => ({
  ...get(ADMIN_PATH),
  headers: browser,
  tokensFile: await file,
})

/** How many rows lists have: a page of a table, a long one, a whole small table. */
const LISTS = [20, 200, 1_000]
/** How many rows make a body of so many kB. */
const BODIES = { '29k': 184, '75k': 475 }
const CROWDS = [1_000, 4_000]
const CROWD_SECONDS = 10

const rowsOf = (count: number) => Array.from({ length: count }, (_, at) => rowOf(at))

const listScenarios = LISTS.flatMap((limit): Scenario[] => {
  const text = '"title":"Report number '
  const about = { statuses: [200], text, times: limit }
  return [
    {
      ...about,
      name: `list-${limit}`,
      title: `GET /api/reports?limit=${limit}, a list of ${count(limit)} rows of eight fields`,
      servers: withLists,
      request: (_server, tokens) => send(get(`/api/reports?limit=${limit}`), tokens.admin()),
    },
    {
      ...about,
      name: `rpc-list-${limit}`,
      title: `The list of ${count(limit)} rows over RPC, one call`,
      servers: withLists.filter(({ rpc }) => rpc),
      request: callsTo({ procedure: 'reports.list', type: 'query', input: { limit } }),
    },
  ]
})

const bodyScenarios = Object.entries(BODIES).flatMap(([size, rows]): Scenario[] => {
  const input = { reports: rowsOf(rows) }
  const about = { statuses: [200, 201], text: `"count":${rows}` }
  return [
    {
      ...about,
      name: `body-${size}`,
      title: `POST /api/reports/import, a JSON body of ${rows} rows (${size}B)`,
      servers: withLists,
      request: (_server, tokens) =>
        send(
          {
            method: 'POST',
            path: '/api/reports/import',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(input),
          },
          tokens.admin(),
        ),
    },
    {
      ...about,
      name: `rpc-body-${size}`,
      title: `A mutation with an input of ${rows} rows (${size}B) over RPC, one call`,
      servers: withLists.filter(({ rpc }) => rpc),
      request: callsTo({ procedure: 'reports.import', type: 'mutation', input }),
    },
  ]
})

const crowdScenarios = CROWDS.map((connections): Scenario => ({
  name: `crowd-${connections}`,
  title: `GET /api/messages/admin over ${count(connections)} connections`,
  statuses: [200],
  text: ADMIN_TEXT,
  servers: withLists,
  connections,
  minSeconds: CROWD_SECONDS,
  mayLose: true,
  request: (_server, tokens) => send(get(ADMIN_PATH), tokens.admin()),
}))

function count(value: number): string {
  return value.toLocaleString('en-US')
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'admin',
    title: 'GET /api/messages/admin, a valid token with the permission',
    statuses: [200],
    text: ADMIN_TEXT,
    servers: apis.filter(({ name }) => name !== YARDSTICK),
    request: (_server, tokens) => send(get(ADMIN_PATH), tokens.admin()),
  },
  {
    name: 'protected',
    title: 'GET /api/messages/protected, a valid token',
    statuses: [200],
    text: 'The API successfully validated your access token.',
    servers: guarded,
    request: (_server, tokens) => send(get('/api/messages/protected'), tokens.admin()),
  },
  {
    name: 'public',
    title: 'GET /api/messages/public, no token',
    statuses: [200],
    text: "The API doesn't require an access token to share this message.",
    servers: guarded,
    request: () => send(get('/api/messages/public')),
  },
  {
    name: 'rest-param',
    title: 'GET /api/reports/42, a path with a parameter',
    statuses: [200],
    text: REPORT_TEXT,
    servers: guarded,
    request: (_server, tokens) => send(get('/api/reports/42'), tokens.admin()),
  },
  {
    name: 'rest-post',
    title: 'POST /api/reports, a JSON body',
    statuses: [200, 201],
    text: REPORT_TEXT,
    servers: guarded,
    request: (_server, tokens) =>
      send(
        {
          method: 'POST',
          path: '/api/reports',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(NEW_REPORT),
        },
        tokens.admin(),
      ),
  },
  {
    name: 'rpc',
    title: 'The admin message over RPC, one call',
    statuses: [200],
    text: ADMIN_TEXT,
    servers: withRpc,
    request: callsTo(ADMIN_CALL),
  },
  {
    name: 'rpc-input',
    title: 'A query with an input over RPC, one call',
    statuses: [200],
    text: REPORT_TEXT,
    servers: withRpc,
    request: callsTo(READ_REPORT),
  },
  {
    name: 'mutation',
    title: 'A mutation over RPC, one call',
    statuses: [200],
    text: REPORT_TEXT,
    servers: withRpc,
    request: callsTo(ADD_REPORT),
  },
  {
    name: 'batch',
    title: `The admin message over RPC, a batch of ${BATCH_SIZE} calls (requests, not calls, a second)`,
    statuses: [200, 207],
    text: ADMIN_TEXT,
    times: BATCH_SIZE,
    servers: withRpc,
    request: callsTo(...BATCH),
  },
  {
    name: STREAMED_BATCH,
    title: `The same batch of ${BATCH_SIZE} calls, streamed (httpBatchStreamLink)`,
    statuses: [200],
    text: ADMIN_TEXT,
    times: BATCH_SIZE,
    servers: withTrpc,
    request: (_server, tokens) => send(streamedBatchRequest(BATCH), tokens.admin()),
  },
  ...mcpScenarios,
  ...listScenarios,
  ...bodyScenarios,
  ...crowdScenarios,
  ...helpdeskScenarios,
  ...fetchScenarios,
  {
    name: 'bad-token',
    title: 'A token whose signature is wrong, always the same one',
    statuses: [401],
    text: '',
    servers: guarded,
    request: (_server, tokens) => send(get(ADMIN_PATH), tokens.badSignature()),
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
    servers: apis.filter((server) => server.guarded || server.name === YARDSTICK),
    request: (_server, tokens) => getInTurn(tokens.coldFile()),
  },
  {
    name: 'guard',
    title:
      'GET /api/messages/admin of a plain Express app with a guard, always the same valid token',
    statuses: [200],
    text: ADMIN_TEXT,
    servers: guards,
    request: (_server, tokens) => send(get(ADMIN_PATH), tokens.admin()),
  },
  {
    name: 'guard-cold',
    title: 'The same, a different valid token on every request',
    statuses: [200],
    text: ADMIN_TEXT,
    servers: guards,
    request: (_server, tokens) => getInTurn(tokens.coldFile()),
  },
  {
    name: 'preflight',
    title: 'OPTIONS /api/messages/admin, a CORS preflight of an allowed origin',
    statuses: [200, 204],
    text: '',
    servers: guarded,
    request: () =>
      send({
        method: 'OPTIONS',
        path: ADMIN_PATH,
        headers: {
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization',
        },
      }),
  },
]
