import { FeatureError } from '@trpc-hybrid/server'
import { sql } from 'kysely'
import { fileOutput } from 'trpc-hybrid'
import { z } from 'zod'
import type { Db } from './database/database.ts'
import { ById } from './tickets/ticket.ts'
import { ticketOf } from './tickets/tickets.ts'
import { REFUSED } from './tickets/tickets.router.ts'
import { inTransaction, rest, router, userProcedure } from './trpc.ts'

const PATH = '/api/v2/tickets/{id}/attachments/{name}'
const Named = ById.extend({ name: z.string().regex(/^[\w-][\w .-]{0,99}$/) })
const NONE = 'There is no such attachment'

export function createAttachmentsRouter(db: Db) {
  return router({
    put: userProcedure
      .use(inTransaction(db))
      .meta(
        rest(`PUT ${PATH}`, 'Attach a file, in place of another of that name', {
          contentTypes: ['application/octet-stream', 'application/pdf', 'image/png'],
          maxBytes: 1_000_000,
          successStatuses: { 201: 'There was none of that name' },
          errorResponses: REFUSED,
        }),
      )
      .input(Named.extend({ content: z.instanceof(Uint8Array) }))
      .output(z.object({ bytes: z.int() }))
      .mutation(async ({ ctx, input: { id, name, content } }) => {
        await ticketOf(ctx.user, ctx.tx, { id, lock: true })
        const { isNew } = await ctx.tx
          .insertInto('attachments')
          .values({ ticketId: id, name, content })
          .onConflict((conflict) => conflict.columns(['ticketId', 'name']).doUpdateSet({ content }))
          .returning(sql<boolean>`xmax = 0`.as('isNew'))
          .executeTakeFirstOrThrow()
        ctx.setStatus(isNew ? 201 : 200)
        return { bytes: content.length }
      }),

    /** Of no type that a browser shows: whoever attached it may have lied. */
    read: userProcedure
      .meta(rest(`GET ${PATH}`, 'Save a file', { errorResponses: REFUSED }))
      .input(Named)
      .output(fileOutput('application/octet-stream'))
      .query(async ({ ctx, input: { id, name } }) => {
        await ticketOf(ctx.user, db, { id })
        const { content } = await db
          .selectFrom('attachments')
          .select('content')
          .where('ticketId', '=', id)
          .where('name', '=', name)
          .executeTakeFirstOrThrow(() => new FeatureError('not_found', NONE))
        return { fileName: name, body: content }
      }),
  })
}
