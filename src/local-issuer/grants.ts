import type { Configuration, Grant, KoaContextWithOIDC, ResourceServer } from 'oidc-provider'
import { InvalidTarget } from 'oidc-provider/lib/helpers/errors.js'
import { PEOPLE, personBySubject } from './people.ts'

export const OIDC_SCOPES = ['openid', 'profile', 'email', 'offline_access']

/** The API inside oidc-provider, whose resource indicators must be URIs; an audience need not be one. */
const API = 'urn:local-issuer:api'

const API_PERMISSIONS = [...new Set(PEOPLE.flatMap(({ permissions }) => permissions))]

/**
 * Auth0's `audience` as a resource indicator (RFC 8707), which is accepted too. Without either, the
 * access token is opaque and good for `/userinfo` alone, as it is at Auth0.
 */
export function resourceIndicators(
  audience: string,
): NonNullable<Configuration['features']>['resourceIndicators'] {
  const refuse = (asked: unknown): never => {
    throw new InvalidTarget(
      `Service not found: ${JSON.stringify(asked)}. The API's identifier is ${JSON.stringify(audience)}`,
    )
  }
  return {
    enabled: true,
    defaultResource: ({ oidc }) => {
      const asked = oidc.params?.['audience']
      if (asked === undefined) return undefined
      return asked === audience ? API : refuse(asked)
    },
    useGrantedResource: () => true,
    getResourceServerInfo: (_ctx, indicator): ResourceServer => {
      if (indicator !== API && indicator !== audience) return refuse(indicator)
      return {
        audience,
        scope: [...OIDC_SCOPES, ...API_PERMISSIONS].join(' '),
        accessTokenFormat: 'jwt',
      }
    },
  }
}

/**
 * Grants what the client asks for without a consent page: the app belongs to whoever runs the API.
 * Of the API's scopes a person gets those they have the permission for, as with Auth0's RBAC.
 */
export async function grantWithoutConsent({ oidc }: KoaContextWithOIDC): Promise<Grant> {
  const { client, session } = oidc
  const person = personBySubject(session?.accountId)
  if (!client || !session || !person) throw new Error('a grant needs a client and a person')
  const { Grant } = oidc.provider
  const known = await Grant.find(session.grantIdFor(client.clientId) ?? '')
  const grant = known ?? new Grant({ accountId: person.subject, clientId: client.clientId })
  grant.addOIDCScope(OIDC_SCOPES)
  for (const indicator of Object.keys(oidc.resourceServers ?? {})) {
    grant.addResourceScope(indicator, [...OIDC_SCOPES, ...API_PERMISSIONS])
    const denied = API_PERMISSIONS.filter((scope) => !person.permissions.includes(scope))
    if (denied.length > 0) grant.rejectResourceScope(indicator, denied)
  }
  await grant.save()
  return grant
}
