import { jwtVerify } from 'jose'
import type {
  AccessToken,
  Client,
  ClientCredentials,
  JWTStructured,
  KoaContextWithOIDC,
  Provider,
} from 'oidc-provider'
import { SIGNING_ALG } from './keys.ts'
import { permissionsOf, personBySubject } from './people.ts'
import type { IssuerSettings } from './settings.ts'
import type { State } from './state.ts'

/**
 * Access tokens that look and work like Auth0's: JWTs that are good both for the API and at `/userinfo`. At
 * `/userinfo`, oidc-provider knows only opaque tokens, which it stores. So an opaque token, which nobody
 * gets to see, is stored beside each JWT and stands in for it.
 */
export function createTokenFormat(settings: IssuerSettings, { signingKey, store }: State) {
  const { issuer, audience, permissions } = settings
  const userinfo = `${issuer}userinfo`
  /** Where the stand-in of a JWT is found. */
  const keyOf = (jti: string) => `StandIn:${jti}`

  /** Gives a JWT the claims that Auth0 uses. */
  const customize = async (
    { oidc }: KoaContextWithOIDC,
    token: AccessToken | ClientCredentials,
    { payload }: JWTStructured,
  ): Promise<void> => {
    payload['azp'] = payload['client_id']
    if (token.kind !== 'AccessToken') {
      Object.assign(payload, machineClaims(token))
      return
    }
    if (!oidc.client) return
    payload['aud'] = [audience, userinfo]
    payload['permissions'] = permissionsOf(personBySubject(token.accountId), permissions)
    const standIn = standInFor(oidc.provider, token, oidc.client)
    const ttl = token.expiration * 1000
    store.set(keyOf(token.jti), { standIn: await standIn.save() }, { ttl })
  }

  const storedToken = async (token: string): Promise<string> => {
    if (!token.includes('.')) return token
    const expected = { issuer, audience: userinfo, algorithms: [SIGNING_ALG] }
    const verified = await jwtVerify(token, signingKey.publicKey, expected).catch(() => undefined)
    const found = store.get(keyOf(verified?.payload.jti ?? ''))
    return typeof found?.['standIn'] === 'string' ? found['standIn'] : token
  }

  /** Makes a JWT find its stand-in wherever the provider is given an access token. */
  const accept = ({ AccessToken }: Provider): void => {
    const find = AccessToken.find.bind(AccessToken) as typeof AccessToken.find
    AccessToken.find = (async (token: string, options?: object) =>
      find.call(AccessToken, await storedToken(token), options)) as typeof AccessToken.find
  }

  return { customize, accept }
}

/**
 * Auth0's claims for a machine, an application that gets a token for itself: it gets the permissions it
 * asked for.
 */
const machineClaims = ({ clientId, scope }: ClientCredentials) => ({
  sub: `${clientId ?? ''}@clients`,
  gty: 'client-credentials',
  permissions: scope?.split(' ') ?? [],
})

/** The same token without an audience, and so opaque. */
function standInFor({ AccessToken }: Provider, token: AccessToken, client: Client): AccessToken {
  const { accountId, grantId, gty, scope, claims, jkt, sid, sessionUid, expiresWithSession } = token
  const subject = { client, accountId, grantId, gty, scope, claims, jkt }
  return new AccessToken({ ...subject, sid, sessionUid, expiresWithSession })
}
