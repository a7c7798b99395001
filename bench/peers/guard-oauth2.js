// The guard of express-oauth2-jwt-bearer alone, in a plain Express app.
import { serveGuarded } from './guarded-app.js'
import { requireAdmin, validateAccessToken } from './oauth2.js'

serveGuarded(validateAccessToken, requireAdmin)
