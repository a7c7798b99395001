import { createHmac, timingSafeEqual } from 'node:crypto'
import { FeatureError, rawBody, type OwnRoutes } from '@trpc-hybrid/server'
import { z } from 'zod'
import type { Db } from './database/database.ts'
import { NewTicket } from './tickets/ticket.ts'
import { openTicket } from './tickets/tickets.ts'

const TOLERANCE_MS = 5 * 60 * 1000
const Mail = z.object({ id: z.string().min(1).max(100), from: z.email(), ticket: NewTicket })

/** What a provider of e-mail calls for each mail that comes in, and again where it got no answer. */
export function addMailHook(app: OwnRoutes, { db, secret }: { db: Db; secret: string }): void {
  app.post('/hooks/mail', async (req, res) => {
    const body = await rawBody(req)
    requireSignature(body, String(req.headers['x-signature']), secret)
    const { id, from, ticket } = parseMail(body)
    const owner = `mail|${from}`
    const opened = await db
      .transaction()
      .execute((tx) => openTicket(tx, ticket, { owner, idempotencyKey: id }))
    res.status(opened.isNew ? 201 : 200).json({ id: opened.ticket.id })
  })
}

/**
 * The header says `t=1767225600,v1=` and the HMAC, in hexadecimal digits, of these seconds, a dot and the body.
 *
 * @throws {FeatureError} forbidden, where it is forged, or so old that a stranger may have sent it again
 */
function requireSignature(body: Uint8Array, header: string, secret: string): void {
  const [, seconds = '', digits = ''] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header) ?? []
  const expected = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest()
  const given = Buffer.from(digits, 'hex')
  const isGood = given.length === expected.length && timingSafeEqual(given, expected)
  if (isGood && Math.abs(Date.now() - Number(seconds) * 1000) <= TOLERANCE_MS) return
  throw new FeatureError(
    'forbidden',
    isGood ? 'The signature is too old' : 'The signature is wrong',
  )
}

function parseMail(body: Uint8Array): z.output<typeof Mail> {
  try {
    return Mail.parse(JSON.parse(Buffer.from(body).toString()))
  } catch (cause) {
    throw new FeatureError('invalid', 'This is no mail', { cause })
  }
}
