// The guard of @trpc-hybrid/access-token alone, in a plain Express app, as its README shows.
import { createAuthenticator, requirePermissionsOf } from '@trpc-hybrid/access-token'
import { serveGuarded } from './guarded-app.js'
import { audience, issuer, READ_ADMIN_MESSAGES } from './settings.js'

const authenticator = createAuthenticator({ issuer, audience })

async function authenticate(req, res, next) {
  const { authorization, dpop } = req.headersDistinct
  const url = `${req.protocol}://${req.host}${req.originalUrl}`
  const token = await authenticator.authenticate({ authorization, dpop, method: req.method, url })
  res.locals.token = token
  next()
}

function requireAdmin(_req, res, next) {
  requirePermissionsOf(res.locals.token, [READ_ADMIN_MESSAGES])
  next()
}

serveGuarded(authenticate, requireAdmin)
