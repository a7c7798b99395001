// Auth0's own sample for Express: express-oauth2-jwt-bearer, helmet and cors.
import cors from 'cors'
import express from 'express'
import helmet from 'helmet'
import { z } from 'zod'
import { requireAdmin, validateAccessToken } from './oauth2.js'
import { addReport, reportById } from './reports.js'
import { clientOrigin, host, messages, port } from './settings.js'

const app = express()
app.use(express.json())
app.use(
  helmet({
    hsts: { maxAge: 31536000 },
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    frameguard: { action: 'deny' },
  }),
)
app.use((_req, res, next) => {
  res.contentType('application/json; charset=utf-8')
  res.set('Cache-Control', 'no-store')
  next()
})
app.use(
  cors({
    origin: clientOrigin,
    methods: ['GET'],
    allowedHeaders: ['Authorization', 'Content-Type'],
    maxAge: 86400,
  }),
)

app.get('/api/messages/public', (_req, res) => res.status(200).json(messages.public))
app.get('/api/messages/protected', validateAccessToken, (_req, res) =>
  res.status(200).json(messages.protected),
)
app.get('/api/messages/admin', validateAccessToken, requireAdmin, (_req, res) =>
  res.status(200).json(messages.admin),
)
const Id = z.object({ id: z.string().regex(/^\d+$/) })
const NewReport = z.object({ title: z.string().min(1).max(200) })

app.get('/api/reports/:id', validateAccessToken, requireAdmin, (req, res) =>
  res.status(200).json(reportById(Id.parse(req.params).id)),
)
app.post('/api/reports', validateAccessToken, requireAdmin, (req, res) =>
  res.status(200).json(addReport(NewReport.parse(req.body).title)),
)

app.use((_req, res) => res.status(404).json({ message: 'Not Found' }))
// Express knows an error handler by its four parameters.
// eslint-disable-next-line max-params
app.use((error, _req, res, _next) => {
  res
    .status(error.status ?? 500)
    .set(error.headers ?? {})
    .json({ message: error.message })
})
app.listen(port, host)
