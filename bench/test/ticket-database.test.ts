import { describe, expect, it } from 'vitest'
import { connectDatabase } from '../../examples/helpdesk/database/database.ts'
import { listTickets } from '../../examples/helpdesk/tickets/tickets.ts'
import { hasPostgres } from '../../packages/server/test/support/postgres.ts'
import { createTicketDatabase, TICKET_TITLE } from '../ticket-database.ts'

describe.skipIf(!hasPostgres)('The database of the benchmark', () => {
  it('has more tickets of the caller than a page holds, and is gone when it is ended', async () => {
    const database = createTicketDatabase(undefined)
    const url = await database.url()
    expect(await database.url()).toBe(url)
    const { db, close } = await connectDatabase({ url, folder: undefined })
    const page = await listTickets(db, { owner: 'auth0|someone', limit: 200 })
    expect(page.items).toHaveLength(200)
    expect(page.nextCursor).toBeTypeOf('number')
    for (const { title } of page.items) expect(title).toContain(TICKET_TITLE)
    await close()
    await database.end()
    await expect(connectDatabase({ url, folder: undefined })).rejects.toThrow()
  })

  it('is not started where nobody asks for it', async () => {
    await expect(createTicketDatabase(undefined).end()).resolves.toBeUndefined()
  })
})
