import { get, send } from './requests.ts'
import type { Scenario } from './scenario.ts'
import { SERVERS } from './servers.ts'
import { TICKET_TITLE } from './ticket-database.ts'

/** A page of the list, and the longest that it allows. */
const PAGES = [20, 200]

/** The help desk beside the same by hand: what a real endpoint costs, most of which is the database's driver. */
export const helpdeskScenarios = PAGES.map((limit): Scenario => ({
  name: `helpdesk-${limit}`,
  title: `GET /api/v2/tickets?limit=${limit} of the help desk, from PostgreSQL`,
  statuses: [200],
  text: `"title":"${TICKET_TITLE}`,
  times: limit,
  sameAnswers: true,
  database: true,
  servers: SERVERS.filter(({ only }) => only === 'helpdesk'),
  request: (_server, tokens) => send(get(`/api/v2/tickets?limit=${limit}`), tokens.admin()),
}))
