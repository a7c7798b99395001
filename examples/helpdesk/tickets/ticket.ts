import { z } from 'zod'
import { PRIORITIES, STATUSES } from '../database/schema.ts'

export const Id = z.int32().positive()
export const ById = z.object({ id: Id })
export const Text = z.string().min(1).max(10_000)
const Title = z.string().min(1).max(200)
const Priority = z.enum(PRIORITIES)
const Status = z.enum(STATUSES)
const Time = z.date()

export const NewTicket = z.object({
  title: Title,
  text: Text,
  priority: Priority.default('normal'),
})
export const Changes = z
  .object({ title: Title, priority: Priority, status: Status })
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'Say what is to be changed')
export const Ticket = z
  .object({ id: Id, title: Title, priority: Priority, status: Status })
  .extend({ owner: z.string(), version: z.int(), openedAt: Time, changedAt: Time })
  .meta({ id: 'Ticket' })
export const Comment = z.object({ id: Id, author: z.string(), text: Text, at: Time })
export const WholeTicket = Ticket.extend({ text: Text, comments: z.array(Comment) })

export const Filter = z.object({
  status: Status.optional(),
  priority: Priority.optional(),
  title: z.string().max(200).optional().meta({ description: 'A part of it, in any case' }),
  cursor: Id.optional().meta({ description: 'The last ticket of the page before' }),
  limit: z.int().min(1).max(200).default(20),
})
export const Page = z.object({ items: z.array(Ticket), nextCursor: Id.optional() })
