// The help desk's list of tickets, written by hand on Fastify. Its database and its query are the help desk's own.
import { connectDatabase } from '../../dist/helpdesk/database.js'
import { listTickets } from '../../dist/helpdesk/tickets.js'
import { authenticate } from './fastify-base.js'
import { host, port } from './settings.js'

const AGENT = 'work:tickets'
const text = { type: 'string' }
const priority = { ...text, enum: ['low', 'normal', 'high'] }
const status = { ...text, enum: ['open', 'closed'] }
const id = { type: 'integer', minimum: 1, maximum: 2 ** 31 - 1 }
const time = { ...text, format: 'date-time' }

const schema = {
  querystring: {
    type: 'object',
    properties: {
      status,
      priority,
      title: { ...text, maxLength: 200 },
      cursor: id,
      limit: { type: 'integer', minimum: 1, maximum: 200, default: 20 },
    },
  },
  response: {
    200: {
      type: 'object',
      properties: {
        items: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              id,
              title: text,
              priority,
              status,
              owner: text,
              version: { type: 'integer' },
              openedAt: time,
              changedAt: time,
            },
          },
        },
        nextCursor: id,
      },
    },
  },
}

/** Adds the route and listens. */
export async function serveTickets(fastify) {
  const { db } = await connectDatabase({ url: process.env.DATABASE_URL })

  const requireUser = async ({ user }, reply) => {
    if (!user.sub) return reply.code(403).send({ message: 'This token is for no user' })
  }

  fastify.get(
    '/api/v2/tickets',
    { schema, onRequest: [authenticate, requireUser] },
    async ({ query, user: { sub, permissions } }) => {
      const isAgent = Array.isArray(permissions) && permissions.includes(AGENT)
      return listTickets(db, { ...query, owner: isAgent ? undefined : sub })
    },
  )

  await fastify.listen({ port, host })
}
