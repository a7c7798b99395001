// The guard of express-oauth2-jwt-bearer. It checks every signature anew.
import { auth, claimCheck, InsufficientScopeError } from 'express-oauth2-jwt-bearer'
import { audience, hasPermission, issuer } from './settings.js'

export const validateAccessToken = auth({
  issuerBaseURL: issuer,
  audience,
  tokenSigningAlg: 'RS256',
})

export const requireAdmin = claimCheck((claims) => {
  if (!hasPermission(claims)) throw new InsufficientScopeError()
  return true
}, 'Permission denied')
