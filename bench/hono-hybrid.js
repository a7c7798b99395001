// Our handler for fetch in an app of Hono on Node.js.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { handle } from './guarded-hybrid.js'
import { host, port } from './peers/settings.js'

const app = new Hono().all('/trpc/*', (c) => handle(c.req.raw))

serve({ fetch: app.fetch, port, hostname: host })
