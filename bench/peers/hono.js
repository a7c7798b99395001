// Hono on Node.js with its own secure headers and CORS.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { secureHeaders } from 'hono/secure-headers'
import { validator } from 'hono/validator'
import { z } from 'zod'
import { authenticate, requireAdmin } from './hono-guard.js'
import { createReportSchemas } from './report-schemas.js'
import { addReport, importReports, listReports, reportById } from './reports.js'
import { clientOrigin, host, messages, port } from './settings.js'

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
