// Hono's handler for fetch.
import { Hono } from 'hono'
import { authenticate, requireAdmin } from './hono-guard.js'
import { messages } from './settings.js'

const app = new Hono()
app.get('/api/messages/admin', authenticate, requireAdmin, (c) => c.json(messages.admin))

export default app.fetch
