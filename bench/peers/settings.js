// What the harness tells every peer, and what every peer answers.

const { PORT, ISSUER, PEER_JWKS_URI, AUDIENCE, CLIENT_ORIGIN_URL } = process.env

export const port = Number(PORT)
export const host = '127.0.0.1'
/** `iss` of the tokens, with the slash at the end. */
export const issuer = ISSUER
export const jwksUri = PEER_JWKS_URI
export const audience = AUDIENCE
export const clientOrigin = CLIENT_ORIGIN_URL

export const READ_ADMIN_MESSAGES = 'read:admin-messages'

export const messages = {
  public: { message: "The API doesn't require an access token to share this message." },
  protected: { message: 'The API successfully validated your access token.' },
  admin: { message: 'The API successfully recognized you as an admin.' },
}

export const hasPermission = (claims) =>
  Array.isArray(claims.permissions) && claims.permissions.includes(READ_ADMIN_MESSAGES)

/** The headers that Messages API sends with every response, for peers with no library of their own. */
export const securityHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-xss-protection': '0',
  'cache-control': 'no-store',
}

// A profiler writes what it found only when the process exits by itself.
process.once('SIGTERM', () => process.exit(0))
