import type { Generated } from 'kysely'

export const PRIORITIES = ['low', 'normal', 'high'] as const
export const STATUSES = ['open', 'closed'] as const

type Timed = { id: Generated<number>; at: Generated<Date> }

/** The tables of `tables.sql`. */
export interface Schema {
  tickets: {
    id: Generated<number>
    title: string
    text: string
    priority: (typeof PRIORITIES)[number]
    status: Generated<(typeof STATUSES)[number]>
    owner: string
    /** Grows with each change. */
    version: Generated<number>
    openedAt: Generated<Date>
    changedAt: Generated<Date>
    /** By which its owner asked for it: it is opened once, however often that is. */
    idempotencyKey: string | null
  }
  comments: Timed & { ticketId: number; author: string; text: string }
  attachments: { ticketId: number; name: string; content: Uint8Array }
  events: Timed & { kind: string; ticketId: number; owner: string }
  keys: { hash: string; machine: string }
}
