// The API on Fastify, with response schemas.
import { authenticate } from './fastify-base.js'
import { addReport, importReports, listReports, MAX_ROWS, reportById } from './reports.js'
import { hasPermission, host, messages, port } from './settings.js'

/** Adds the routes and listens. */
export async function serve(fastify) {
  const requireAdmin = async (request, reply) => {
    if (!hasPermission(request.user)) return reply.code(403).send({ message: 'Permission denied' })
  }

  const text = { type: 'string' }
  const schema = { response: { 200: { type: 'object', properties: { message: text } } } }
  const report = { 200: { type: 'object', properties: { id: text, title: text } } }
  const params = { type: 'object', properties: { id: { ...text, pattern: '^\\d+$' } } }
  const body = {
    type: 'object',
    properties: { title: { ...text, minLength: 1, maxLength: 200 } },
    required: ['title'],
  }
  const short = { ...text, minLength: 1, maxLength: 200 }
  const row = {
    type: 'object',
    properties: {
      id: { type: 'integer' },
      title: short,
      author: short,
      status: { ...text, enum: ['open', 'closed', 'draft'] },
      amount: { type: 'number' },
      archived: { type: 'boolean' },
      note: { type: ['string', 'null'] },
      createdAt: text,
    },
  }
  const required = Object.keys(row.properties)
  const listSchema = {
    querystring: {
      type: 'object',
      properties: { limit: { type: 'integer', minimum: 1, maximum: MAX_ROWS } },
      required: ['limit'],
    },
    response: {
      200: {
        type: 'object',
        properties: { total: { type: 'integer' }, reports: { type: 'array', items: row } },
      },
    },
  }
  const importSchema = {
    body: {
      type: 'object',
      properties: {
        reports: { type: 'array', maxItems: MAX_ROWS, items: { ...row, required } },
      },
      required: ['reports'],
    },
    response: { 200: { type: 'object', properties: { count: { type: 'integer' } } } },
  }

  fastify.get('/api/messages/public', { schema }, async () => messages.public)
  fastify.get(
    '/api/messages/protected',
    { schema, onRequest: [authenticate] },
    async () => messages.protected,
  )
  fastify.get(
    '/api/messages/admin',
    { schema, onRequest: [authenticate, requireAdmin] },
    async () => messages.admin,
  )
  fastify.get(
    '/api/reports/:id',
    { schema: { params, response: report }, onRequest: [authenticate, requireAdmin] },
    async ({ params: { id } }) => reportById(id),
  )
  fastify.post(
    '/api/reports',
    { schema: { body, response: report }, onRequest: [authenticate, requireAdmin] },
    async ({ body: { title } }) => addReport(title),
  )
  fastify.get(
    '/api/reports',
    { schema: listSchema, onRequest: [authenticate, requireAdmin] },
    async ({ query: { limit } }) => listReports(limit),
  )
  fastify.post(
    '/api/reports/import',
    { schema: importSchema, onRequest: [authenticate, requireAdmin] },
    async ({ body: { reports } }) => importReports(reports),
  )

  await fastify.listen({ port, host })
}
