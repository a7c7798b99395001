import { createHash, randomBytes } from 'node:crypto'
import { TRPCError } from '@trpc/server'
import { createGuard, FeatureError, requirePermissions } from '@trpc-hybrid/server'
import { z } from 'zod'
import type { Db } from './database/database.ts'
import { Text, Ticket } from './tickets/ticket.ts'
import { openTicket } from './tickets/tickets.ts'
import { inTransaction, publicProcedure, rest, router, userProcedure } from './trpc.ts'

/** Machines have no account at the issuer. */
export const securitySchemes = {
  machineKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
} as const

const Name = z.string().regex(/^[a-z][a-z0-9-]{0,49}$/)
const TAKEN = 'There is a key for this machine already'
const CREATED = { successStatus: 201, errorResponses: { 409: TAKEN } } as const
const hashOf = (key: string) => createHash('sha256').update(key).digest('hex')

const requireKey = (db: Db) =>
  createGuard(
    async (_ctx, { headers }) => {
      const hash = hashOf(String(headers['x-api-key']))
      const query = db.selectFrom('keys').select('machine').where('hash', '=', hash)
      return query.executeTakeFirstOrThrow(() => new TRPCError({ code: 'UNAUTHORIZED' }))
    },
    { scheme: 'machineKey' },
  )

export function createAlarmsRouter(db: Db) {
  return router({
    createKey: userProcedure
      .use(requirePermissions('manage:keys'))
      .meta(rest('POST /api/v2/keys', 'Give a machine a key', CREATED))
      .input(z.object({ machine: Name }))
      .output(z.object({ key: z.string().meta({ description: 'Told this once' }) }))
      .mutation(async ({ input: { machine } }) => {
        const key = randomBytes(32).toString('base64url')
        await db
          .insertInto('keys')
          .values({ hash: hashOf(key), machine })
          .onConflict((conflict) => conflict.doNothing())
          .returning('machine')
          .executeTakeFirstOrThrow(() => new FeatureError('conflict', TAKEN))
        return { key }
      }),

    raise: publicProcedure
      .use(requireKey(db))
      .use(inTransaction(db))
      .meta(
        rest('PUT /api/v2/alarms/{alarm}', 'Open a ticket for an alarm', {
          successStatuses: { 201: 'It was opened' },
          successDescription: 'It was opened before',
          errorResponses: { 422: 'This key was sent with another ticket' },
        }),
      )
      .input(z.object({ alarm: Name, text: Text }))
      .output(Ticket)
      .mutation(async ({ ctx, input: { alarm, text } }) => {
        const { ticket, isNew } = await openTicket(
          ctx.tx,
          { title: `Alarm: ${alarm}`, text, priority: 'high' },
          { owner: `machine|${ctx.machine}`, idempotencyKey: alarm },
        )
        ctx.setStatus(isNew ? 201 : 200)
        return ticket
      }),
  })
}
