import type { JWTPayload } from 'jose'

/** Keycloak's `typ` claim in tokens that are not access tokens. Its access tokens say `Bearer` or `DPoP`. */
const OTHER_TYPES = new Set<unknown>(['ID', 'Refresh', 'Offline', 'Logout'])

/**
 * Whether a token's claims say that it is not an access token but another kind of token. `nonce` and
 * `at_hash` prove nothing: Dex puts them in access tokens.
 */
export function isOtherKind(claims: JWTPayload): boolean {
  const { token_use: use, typ, events } = claims
  if (use !== undefined && use !== 'access') return true // Cognito: `id`
  return OTHER_TYPES.has(typ) || isSecurityEvent(events)
}

/**
 * RFC 8417 §2.2: a log-out token is such an event (OpenID Connect Back-Channel Logout 1.0 §2.4). Its keys
 * are URIs.
 */
function isSecurityEvent(events: unknown): boolean {
  return (
    typeof events === 'object' &&
    events !== null &&
    Object.keys(events).some((name) => URL.canParse(name))
  )
}
