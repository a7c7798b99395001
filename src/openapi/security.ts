import type { OpenAPIObject, SecuritySchemeObject } from 'trpc-openapi'
import type { IssuerMetadata } from '@trpc-hybrid/access-token/engine'

/** What a procedure's chain asks of its caller. */
export interface Guard {
  readonly token: boolean
  readonly permissions: readonly string[]
}

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
}: SignIn): Record<string, SecuritySchemeObject> {
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

/**
 * Any one of the schemes. The permissions are not listed here, because they are not scopes. Spectral takes
 * roles of `bearer`, which OpenAPI 3.1 allows, for undeclared scopes.
 */
export function describeSecurity(
  { token }: Guard,
  schemes: readonly string[],
): NonNullable<OpenAPIObject['security']> {
  return token ? schemes.map((scheme) => ({ [scheme]: [] })) : []
}

/** What a person needs for it, in Markdown. */
export function explainGuard({ token, permissions }: Guard): string {
  if (!token) return 'Needs no access token.'
  if (permissions.length === 0) return 'Needs a valid access token.'
  const names = permissions.map((name) => `\`${name}\``).join(', ')
  const noun = permissions.length === 1 ? 'the permission' : 'the permissions'
  return `Needs a valid access token with ${noun} ${names}: whoever signs in must have been granted it at the issuer.`
}
