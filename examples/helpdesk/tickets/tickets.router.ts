import { tracked } from '@trpc/server'
import { FeatureError, requireHeaders, requirePermissions } from '@trpc-hybrid/server'
import { requireVersion, setVersion } from '@trpc-hybrid/server'
import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { agentProcedure, inTransaction, rest, router, userProcedure } from '../trpc.ts'
import { addEvent, followEvents } from './events.ts'
import { ById, Changes, Comment, Filter, Id, NewTicket, Page } from './ticket.ts'
import { Text, Ticket, WholeTicket } from './ticket.ts'
import { addComment, changeTicket, closeStale, commentsOn } from './tickets.ts'
import { listTickets, openTicket, ticketOf } from './tickets.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const ETag = z.object({ ETag: z.string() })
const Ending = z.object({ Deprecation: z.string(), Sunset: z.string() })
const tool = { mcp: true }
export const REFUSED = { 403: 'This ticket is of somebody else', 404: 'There is no such ticket' }
const CLOSED = { ...REFUSED, 409: 'This ticket is closed' }
const READ = { responseHeaders: ETag, errorResponses: REFUSED }
const COMMENTED = { successStatus: 201, errorResponses: CLOSED } as const
const VERSIONS = { 412: 'Precondition Failed', 428: 'Precondition Required: send If-Match' }

export function createTicketsRouter({ db, changes }: Pick<Database, 'db' | 'changes'>) {
  const transaction = inTransaction(db)
  return router({
    list: userProcedure
      .meta(tool)
      .meta(rest('GET /api/v2/tickets', 'List tickets, those of all for an agent'))
      .input(Filter)
      .output(Page)
      .query(({ ctx: { user }, input }) =>
        listTickets(db, { ...input, owner: user.isAgent ? undefined : user.id }),
      ),

    /** As it was in the first version, for those who still call it. */
    listV1: userProcedure
      .meta(
        rest('GET /api/v1/tickets', 'List tickets', { deprecated: true, responseHeaders: Ending }),
      )
      .output(z.array(z.object({ number: Id, subject: z.string() })))
      .query(async ({ ctx }) => {
        ctx.setHeader('deprecation', '@1767225600') // RFC 9745
        ctx.setHeader('sunset', 'Fri, 01 Jan 2027 00:00:00 GMT') // RFC 8594
        const { items } = await listTickets(db, { owner: ctx.user.id, limit: 200 })
        return items.map(({ id, title }) => ({ number: id, subject: title }))
      }),

    byId: userProcedure
      .meta(tool)
      .meta(rest('GET /api/v2/tickets/{id}', 'Read a ticket', READ))
      .input(ById)
      .output(WholeTicket)
      .query(async ({ ctx, input: { id } }) => {
        const ticket = await ticketOf(ctx.user, db, { id })
        setVersion(ctx, ticket.version)
        return { ...ticket, comments: await commentsOn(db, id) }
      }),

    open: userProcedure
      .use(requireHeaders(z.object({ 'Idempotency-Key': z.string().min(1).max(100).optional() })))
      .use(transaction)
      .meta(tool)
      .meta(
        rest('POST /api/v2/tickets', 'Open a ticket', {
          successStatus: 201,
          successStatuses: { 200: 'It was opened before, by the same Idempotency-Key' },
          responseHeaders: z.object({ Location: z.string() }),
          errorResponses: { 422: 'This key was sent with another ticket' },
        }),
      )
      .input(NewTicket)
      .output(Ticket)
      .mutation(async ({ ctx, input }) => {
        const idempotencyKey = ctx.headers['Idempotency-Key']
        const opened = await openTicket(ctx.tx, input, { owner: ctx.user.id, idempotencyKey })
        ctx.setStatus(opened.isNew ? 201 : 200)
        ctx.setHeader('location', `/api/v2/tickets/${opened.ticket.id}`)
        return opened.ticket
      }),

    change: userProcedure
      .use(requireHeaders(z.object({ 'If-Match': z.string().optional() })))
      .use(transaction)
      .meta(
        rest('PATCH /api/v2/tickets/{id}', 'Change a ticket of a version', {
          responseHeaders: ETag,
          errorResponses: { ...REFUSED, ...VERSIONS },
        }),
      )
      .input(ById.and(Changes))
      .output(Ticket)
      .mutation(async ({ ctx, input: { id, ...changes } }) => {
        const { version } = await ticketOf(ctx.user, ctx.tx, { id, lock: true })
        requireVersion(ctx, version, { required: true })
        const changed = await changeTicket(ctx.tx, id, { kind: 'changed', ...changes })
        setVersion(ctx, changed.version)
        return changed
      }),

    comment: userProcedure
      .use(transaction)
      .meta(rest('POST /api/v2/tickets/{id}/comments', 'Say something', COMMENTED))
      .input(ById.extend({ text: Text }))
      .output(Comment)
      .mutation(async ({ ctx, input: { id, text } }) => {
        const { status } = await ticketOf(ctx.user, ctx.tx, { id, lock: true })
        if (status === 'closed') throw new FeatureError('conflict', CLOSED[409])
        const comment = await addComment(ctx.tx, id, { author: ctx.user.id, text })
        await changeTicket(ctx.tx, id, { kind: 'commented' })
        return comment
      }),

    resolve: agentProcedure
      .use(transaction)
      .meta(tool)
      .meta(
        rest('POST /api/v2/tickets/{id}/resolve', 'Answer and close', { errorResponses: CLOSED }),
      )
      .input(ById.extend({ text: Text }))
      .output(Ticket)
      .mutation(async ({ ctx, input: { id, text } }) => {
        const { status } = await ticketOf(ctx.user, ctx.tx, { id, lock: true })
        await addComment(ctx.tx, id, { author: ctx.user.id, text })
        if (status === 'closed') throw new FeatureError('conflict', CLOSED[409]) // and nothing was said
        return changeTicket(ctx.tx, id, { kind: 'closed', status: 'closed' })
      }),

    remove: agentProcedure
      .use(requirePermissions('delete:tickets'))
      .use(transaction)
      .meta(tool)
      .meta(rest('DELETE /api/v2/tickets/{id}', 'Remove for good', { errorResponses: REFUSED }))
      .input(ById)
      .output(z.void())
      .mutation(async ({ ctx, input: { id } }) => {
        const ticket = await ticketOf(ctx.user, ctx.tx, { id, lock: true })
        await ctx.tx.deleteFrom('tickets').where('id', '=', id).execute()
        await addEvent(ctx.tx, 'removed', ticket)
        ctx.log().info({ ticket: id, address: ctx.address() }, 'ticket removed')
      }),

    /** For a job: it has no route. */
    closeStale: userProcedure
      .use(requirePermissions('close:stale-tickets'))
      .use(transaction)
      .input(z.object({ days: z.int().positive() }))
      .output(z.int())
      .mutation(({ ctx, input }) => closeStale(ctx.tx, new Date(Date.now() - input.days * DAY_MS))),

    follow: userProcedure
      .input(z.object({ lastEventId: z.coerce.number().pipe(z.int32()).optional() }).optional())
      .subscription(async function* ({ ctx: { user }, input, signal }) {
        const owner = user.isAgent ? undefined : user.id
        const after = input?.lastEventId
        for await (const event of followEvents({ db, changes, owner, after, signal })) {
          const { id, kind, ticketId, at } = event
          yield tracked(String(id), { kind, ticketId, at })
        }
      }),
  })
}
