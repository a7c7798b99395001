// The guard of express-oauth2-jwt-bearer alone, in a plain Express app. It checks every signature anew.
import { auth, claimCheck, InsufficientScopeError } from 'express-oauth2-jwt-bearer'
import { serveGuarded } from './guarded-app.js'
import { audience, hasPermission, issuer } from './settings.js'

const validateAccessToken = auth({ issuerBaseURL: issuer, audience, tokenSigningAlg: 'RS256' })
const requireAdmin = claimCheck((claims) => {
  if (!hasPermission(claims)) throw new InsufficientScopeError()
  return true
}, 'Permission denied')

serveGuarded(validateAccessToken, requireAdmin)
