import type { JWTPayload } from 'jose'

/** Keycloak's `typ` claim of what is no access token. Its access tokens say `Bearer` or `DPoP`. */
const OTHER_TYPES = new Set<unknown>(['ID', 'Refresh', 'Offline', 'Logout'])

/**
 * Whether a token's claims say that it is another kind of token than an access token. `nonce` and
 * `at_hash` say nothing: Dex puts them into access tokens.
 */
export function isOtherKind(claims: JWTPayload): boolean {
  const { token_use: use, typ, events } = claims
  if (use !== undefined && use !== 'access') return true // Cognito: `id`
  return OTHER_TYPES.has(typ) || isSecurityEvent(events)
}

/** RFC 8417 §2.2, which log-out tokens are (OpenID Connect Back-Channel Logout 1.0 §2.4): URIs by name. */
function isSecurityEvent(events: unknown): boolean {
  return (
    typeof events === 'object' &&
    events !== null &&
    Object.keys(events).some((name) => URL.canParse(name))
  )
}
