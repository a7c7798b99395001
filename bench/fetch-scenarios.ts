import { ADMIN_PATH, ADMIN_TEXT, callsTo, get, send } from './requests.ts'
import type { Scenario } from './scenario.ts'
import { SERVERS } from './servers.ts'

/** Handlers of `Request` to `Response`, alone and behind Hono's server for Node.js. */
export const fetchScenarios: readonly Scenario[] = [
  {
    name: 'fetch',
    title:
      'A Request for /api/messages/admin to its Response, a valid token with the permission, no socket',
    statuses: [200],
    text: ADMIN_TEXT,
    inProcess: true,
    sameAnswers: true,
    servers: SERVERS.filter(({ only }) => only === 'fetch'),
    request: (_server, tokens) => send(get(ADMIN_PATH), tokens.admin()),
  },
  {
    name: 'hono-rpc',
    title: 'The admin message over RPC in an app of Hono on Node.js, one call',
    statuses: [200],
    text: ADMIN_TEXT,
    sameAnswers: true,
    servers: SERVERS.filter(({ only }) => only === 'hono'),
    request: callsTo({ procedure: 'messages.admin', type: 'query' }),
  },
]
