// A plain Express app that differs in its guard alone.
import express from 'express'
import { host, messages, port } from './settings.js'

/**
 * @param authenticate the handler that verifies a token
 * @param requireAdmin the one that asks for the permission
 * @param app with what else it serves
 */
export function serveGuarded(authenticate, requireAdmin, app = express()) {
  app.disable('x-powered-by')
  app.get('/api/messages/admin', authenticate, requireAdmin, (_req, res) => {
    res.json(messages.admin)
  })
  // Express knows an error handler by its four parameters.
  // eslint-disable-next-line max-params
  app.use((error, _req, res, _next) => {
    res
      .status(error.status ?? 500)
      .set(error.headers ?? {})
      .json({ message: error.message })
  })
  app.listen(port, host)
}
