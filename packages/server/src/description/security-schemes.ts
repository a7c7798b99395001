import type { SecurityScheme } from 'trpc-hybrid/describe'
import type { IssuerMetadata } from '@trpc-hybrid/access-token/engine'

/** Where users sign in, and for what. */
export interface SignIn {
  /** `undefined` while it is not known: then only the bearer scheme is described. */
  readonly issuer: IssuerMetadata | undefined
  /** The API's identifier at the issuer. */
  readonly audience: string
}

/** Requested at sign-in, because an OpenID provider may grant nothing if no scope is named. */
const SCOPES = { openid: 'Sign in.' }

/**
 * `bearer` for users who have a token; `oauth2` for users who sign in to get one, as far as the issuer's
 * addresses are known. Tools offer the first one first. The permissions are not scopes of it: they depend
 * on the person who signs in, not on what was asked for.
 */
export function describeSecuritySchemes({
  issuer,
  audience,
}: SignIn): Record<string, SecurityScheme> {
  const { authorizationEndpoint, tokenEndpoint: tokenUrl } = issuer ?? {}
  return {
    bearer: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'An access token of the issuer for this API (RFC 6750).',
    },
    ...(authorizationEndpoint !== undefined &&
      tokenUrl !== undefined && {
        oauth2: {
          type: 'oauth2',
          description: 'Sign in at the issuer: authorization code with PKCE (RFC 7636).',
          flows: {
            authorizationCode: {
              authorizationUrl: withAudience(authorizationEndpoint, audience),
              tokenUrl,
              scopes: SCOPES,
            },
          },
        },
      }),
  }
}

/** Auth0 gives a token for an API only if it is asked for one, and tools have no field for that. */
function withAudience(endpoint: string, audience: string): string {
  const url = new URL(endpoint)
  url.searchParams.set('audience', audience)
  return url.href
}
