import { FeatureError } from '@trpc-hybrid/server'
import { sql, type Updateable } from 'kysely'
import type { z } from 'zod'
import type { Db } from '../database/database.ts'
import type { Schema } from '../database/schema.ts'
import type { User } from '../trpc.ts'
import { addEvent } from './events.ts'
import { Ticket, type Filter, type NewTicket } from './ticket.ts'

const COLUMNS = Ticket.keyof().options
const MOST_COMMENTS = 500

interface ListOptions extends z.output<typeof Filter> {
  /** Whose tickets; everybody's unless it is given. */
  readonly owner?: string | undefined
}

/** The newest first. It reads one more than a page holds, to know whether another follows. */
export async function listTickets(db: Db, { owner, cursor, limit, ...filter }: ListOptions) {
  let query = db.selectFrom('tickets').select(COLUMNS)
  if (owner !== undefined) query = query.where('owner', '=', owner)
  if (cursor !== undefined) query = query.where('id', '<', cursor)
  if (filter.status) query = query.where('status', '=', filter.status)
  if (filter.priority) query = query.where('priority', '=', filter.priority)
  if (filter.title) query = query.where('title', 'ilike', `%${escapeLike(filter.title)}%`)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit)
  return { items, nextCursor: rows.length > limit ? items.at(-1)?.id : undefined }
}

const escapeLike = (text: string) => text.replace(/[\\%_]/g, '\\$&')

/**
 * A ticket that a user may see and change: the owner may, who needs no permission, and agents.
 *
 * @throws {FeatureError} not_found, forbidden
 */
export async function ticketOf(
  user: User,
  db: Db,
  { id, lock = false }: { id: number; lock?: boolean },
) {
  const query = db.selectFrom('tickets').selectAll().where('id', '=', id)
  const ticket = await (lock ? query.forUpdate() : query).executeTakeFirst()
  if (!ticket) throw new FeatureError('not_found', 'There is no such ticket')
  if (!user.isAgent && ticket.owner !== user.id) {
    throw new FeatureError('forbidden', 'This ticket is of somebody else')
  }
  return ticket
}

type Opening = Readonly<{ owner: string; idempotencyKey?: string | undefined }>

/**
 * Opens a ticket, or finds the one that was opened by the same key.
 *
 * @throws {FeatureError} unprocessable, where that says something else
 */
export async function openTicket(tx: Db, ticket: z.output<typeof NewTicket>, by: Opening) {
  const { owner, idempotencyKey = null } = by
  const added = await tx
    .insertInto('tickets')
    .values({ ...ticket, owner, idempotencyKey })
    .onConflict((conflict) => conflict.columns(['owner', 'idempotencyKey']).doNothing())
    .returningAll()
    .executeTakeFirst()
  if (added) {
    await addEvent(tx, 'opened', added)
    return { ticket: added, isNew: true }
  }
  const found = await tx
    .selectFrom('tickets')
    .selectAll()
    .where('owner', '=', owner)
    .where('idempotencyKey', '=', idempotencyKey)
    .executeTakeFirstOrThrow()
  if (found.text === ticket.text) return { ticket: found, isNew: false }
  throw new FeatureError('unprocessable', 'This key was sent with another ticket')
}

type Change = Updateable<Schema['tickets']> & { readonly kind: string }

/** Changes a ticket that the transaction has locked, and tells those who follow. */
export async function changeTicket(tx: Db, id: number, { kind, ...changes }: Change) {
  const changed = await tx
    .updateTable('tickets')
    .set({ ...changes, version: sql`version + 1`, changedAt: sql`now()` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await addEvent(tx, kind, changed)
  return changed
}

/** Closes those of which nobody has heard since then. Another process may do the same meanwhile. */
export async function closeStale(tx: Db, since: Date): Promise<number> {
  const { rows } = await sql<{ id: number }>`select id from tickets
    where status = 'open' and "changedAt" < ${since} for update skip locked`.execute(tx)
  for (const { id } of rows) await changeTicket(tx, id, { kind: 'closed', status: 'closed' })
  return rows.length
}

export const addComment = (tx: Db, ticketId: number, said: { author: string; text: string }) =>
  tx
    .insertInto('comments')
    .values({ ticketId, ...said })
    .returningAll()
    .executeTakeFirstOrThrow()

export const commentsOn = (db: Db, ticketId: number) =>
  db
    .selectFrom('comments')
    .selectAll()
    .where('ticketId', '=', ticketId)
    .orderBy('id')
    .limit(MOST_COMMENTS)
    .execute()
