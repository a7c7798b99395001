import type { Configuration, Grant, KoaContextWithOIDC, ResourceServer } from 'oidc-provider'
import { AccessDenied, InvalidTarget } from 'oidc-provider/lib/helpers/errors.js'
import { permissionsOf, personBySubject } from './people.ts'
import type { IssuerSettings } from './settings.ts'

export const OIDC_SCOPES = ['openid', 'profile', 'email', 'offline_access']

/** The API's name inside oidc-provider, where resource indicators must be URIs. An audience need not be one. */
const API = 'urn:local-issuer:api'

type ResourceIndicators = NonNullable<Configuration['features']>['resourceIndicators']

/**
 * Auth0's `audience` as a resource indicator (RFC 8707). A `resource` is accepted too. Without either, the
 * access token is opaque and good only for `/userinfo`, as at Auth0.
 */
export function resourceIndicators(settings: IssuerSettings): ResourceIndicators {
  const { audience, resources, permissions } = settings
  const known = [API, audience, ...resources]
  return {
    enabled: true,
    defaultResource: ({ oidc }) => {
      const asked = oidc.params?.['audience'] ?? oidc.body?.['audience']
      if (asked === audience) return API
      if (asked !== undefined) throw new AccessDenied(notFound(asked, audience))
      if (isMachine(oidc)) throw new AccessDenied(NO_AUDIENCE)
      return undefined
    },
    useGrantedResource: () => true,
    getResourceServerInfo: ({ oidc }, indicator): ResourceServer => {
      if (!known.includes(withoutSlash(indicator)) && !known.includes(indicator)) {
        throw new InvalidTarget(notFound(indicator, audience))
      }
      // A machine that names no scope gets all that it may have, as at Auth0.
      if (isMachine(oidc) && oidc.params) oidc.params['scope'] ??= permissions.join(' ')
      return {
        audience,
        scope: [...OIDC_SCOPES, ...permissions].join(' '),
        accessTokenFormat: 'jwt',
      }
    },
  }
}

const withoutSlash = (url: string) => url.replace(/\/$/, '')

const isMachine = ({ params }: KoaContextWithOIDC['oidc']) =>
  params?.['grant_type'] === 'client_credentials'

/** Auth0's wording, followed by what would be right. */
const notFound = (asked: unknown, audience: string) =>
  `Service not found: ${String(asked)} (the API's identifier is ${audience})`

const NO_AUDIENCE =
  'No audience parameter was provided, and no default audience has been configured'

/**
 * Grants what the client asks for without a consent page, because the app belongs to whoever runs the API.
 * Of the API's scopes, people get those for which they have the permission, as with Auth0's RBAC.
 */
export const grantWithoutConsent =
  ({ permissions }: IssuerSettings) =>
  async ({ oidc }: KoaContextWithOIDC): Promise<Grant> => {
    const { client, session } = oidc
    const person = personBySubject(session?.accountId)
    if (!client || !session || !person) throw new Error('a grant needs a client and a person')
    const { Grant } = oidc.provider
    const known = await Grant.find(session.grantIdFor(client.clientId) ?? '')
    const grant = known ?? new Grant({ accountId: person.subject, clientId: client.clientId })
    const held = permissionsOf(person, permissions)
    const denied = permissions.filter((scope) => !held.includes(scope))
    grant.addOIDCScope(OIDC_SCOPES)
    for (const indicator of Object.keys(oidc.resourceServers ?? {})) {
      grant.addResourceScope(indicator, [...OIDC_SCOPES, ...permissions])
      if (denied.length > 0) grant.rejectResourceScope(indicator, denied)
    }
    await grant.save()
    return grant
  }
