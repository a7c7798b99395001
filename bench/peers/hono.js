// Hono on Node.js with its own secure headers and CORS. Tokens are verified by jose, which keeps the
// keys: Hono's own jwk middleware fetches them on every request.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { createMiddleware } from 'hono/factory'
import { secureHeaders } from 'hono/secure-headers'
import { validator } from 'hono/validator'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { z } from 'zod'
import { createReportSchemas } from './report-schemas.js'
import { addReport, importReports, listReports, reportById } from './reports.js'
import {
  audience,
  clientOrigin,
  hasPermission,
  host,
  issuer,
  jwksUri,
  messages,
  port,
} from './settings.js'

const keys = createRemoteJWKSet(new URL(jwksUri))
const options = { issuer, audience, algorithms: ['RS256'] }

const authenticate = createMiddleware(async (c, next) => {
  const [scheme, token] = c.req.header('authorization')?.split(' ') ?? []
  if (scheme !== 'Bearer' || !token) throw new HTTPException(401)
  try {
    const { payload } = await jwtVerify(token, keys, options)
    c.set('claims', payload)
  } catch (cause) {
    throw new HTTPException(401, { cause })
  }
  await next()
})

const requireAdmin = createMiddleware(async (c, next) => {
  if (!hasPermission(c.get('claims'))) throw new HTTPException(403)
  await next()
})

const { Id, NewReport, Page, List, Import } = createReportSchemas(z)

const checked = (schema) => (value, c) => {
  const { success, data } = schema.safeParse(value)
  return success ? data : c.json({ message: 'Input validation failed' }, 400)
}

const app = new Hono()
app.use(secureHeaders(), cors({ origin: clientOrigin, maxAge: 86_400 }))
app.get('/api/messages/public', (c) => c.json(messages.public))
app.get('/api/messages/protected', authenticate, (c) => c.json(messages.protected))
app.get('/api/messages/admin', authenticate, requireAdmin, (c) => c.json(messages.admin))
app.get('/api/reports/:id', authenticate, requireAdmin, validator('param', checked(Id)), (c) =>
  c.json(reportById(c.req.valid('param').id)),
)
app.post('/api/reports', authenticate, requireAdmin, validator('json', checked(NewReport)), (c) =>
  c.json(addReport(c.req.valid('json').title)),
)
app.get('/api/reports', authenticate, requireAdmin, validator('query', checked(Page)), (c) =>
  c.json(List.parse(listReports(c.req.valid('query').limit))),
)
app.post(
  '/api/reports/import',
  authenticate,
  requireAdmin,
  validator('json', checked(Import)),
  (c) => c.json(importReports(c.req.valid('json').reports)),
)

serve({ fetch: app.fetch, port, hostname: host })
