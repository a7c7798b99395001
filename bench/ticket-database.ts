import { execFileSync } from 'node:child_process'
import { connectDatabase } from '../examples/helpdesk/database/database.ts'
import { PRIORITIES } from '../examples/helpdesk/database/schema.ts'
import { startPostgres } from '../packages/server/test/support/postgres.ts'

/** How the titles of all tickets begin. */
export const TICKET_TITLE = 'Printer on floor '
/** More than a page holds, and as many of others. */
const TICKETS = 500
const OWNERS = ['auth0|someone', 'auth0|someone-else']

export interface TicketDatabase {
  /** Starts it when it is first asked for. */
  readonly url: () => Promise<string>
  readonly end: () => Promise<void>
}

/**
 * A PostgreSQL of its own, with the help desk's tables and tickets in them.
 *
 * @param core where it runs, so that it takes none of the server's time
 */
export function createTicketDatabase(core: number | undefined): TicketDatabase {
  let started: ReturnType<typeof start> | undefined
  return {
    async url() {
      started ??= start(core)
      return (await started).url
    },
    async end() {
      const running = await started?.catch(() => undefined)
      await running?.end()
    },
  }
}

async function start(core: number | undefined) {
  const postgres = await startPostgres()
  const { url, pid } = postgres
  try {
    if (core !== undefined) execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)])
    await addTickets(url)
  } catch (error) {
    await postgres.end()
    throw error
  }
  return postgres
}

async function addTickets(url: string): Promise<void> {
  const { db, close } = await connectDatabase({ url, folder: undefined })
  const tickets = Array.from({ length: TICKETS }, (_, at) => ({
    title: `${TICKET_TITLE}${at % 40}, room ${at}`,
    text: 'It is on fire.',
    priority: PRIORITIES[at % PRIORITIES.length] ?? 'normal',
    owner: OWNERS[at % OWNERS.length] ?? '',
  }))
  try {
    await db.insertInto('tickets').values(tickets).execute()
  } finally {
    await close()
  }
}
