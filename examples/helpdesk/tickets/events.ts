import { sql } from 'kysely'
import type { Changes } from '../database/changes.ts'
import { CHANNEL, type Db } from '../database/database.ts'

const LOCK = 1

/**
 * What has happened to a ticket, for those who follow. Who adds an event waits for the others to commit theirs, so
 * that none is seen before one with a lower id, which would then be missed. So it comes last in a transaction.
 */
export async function addEvent(tx: Db, kind: string, ticket: { id: number; owner: string }) {
  await sql`select pg_advisory_xact_lock(${LOCK})`.execute(tx)
  const event = { kind, ticketId: ticket.id, owner: ticket.owner }
  await tx.insertInto('events').values(event).execute()
  await sql`select pg_notify(${CHANNEL}, '')`.execute(tx) // which is sent at the commit
}

interface FollowOptions {
  readonly db: Db
  readonly changes: Changes
  /** Whose tickets; everybody's unless it is given. */
  readonly owner: string | undefined
  /** The last event that is known; those from now on unless it is given. */
  readonly after: number | undefined
  readonly signal: AbortSignal | undefined
}

/** The events after that one, and then each as it happens, until the signal is aborted. */
export async function* followEvents({ db, changes, owner, after, signal }: FollowOptions) {
  let last = after ?? (await lastEvent(db))
  for (;;) {
    const seen = changes.count()
    let query = db.selectFrom('events').selectAll().where('id', '>', last)
    if (owner !== undefined) query = query.where('owner', '=', owner)
    const events = await query.orderBy('id').limit(100).execute()
    for (const event of events) {
      yield event
      last = event.id
    }
    if (events.length === 0) await changes.after(seen, signal)
  }
}

async function lastEvent(db: Db): Promise<number> {
  const found = await db
    .selectFrom('events')
    .select((of) => of.fn.max('id').as('id'))
    .execute()
  return found[0]?.id ?? 0
}
