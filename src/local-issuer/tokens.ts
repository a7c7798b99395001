import { jwtVerify, type CryptoKey } from 'jose'
import type {
  AccessToken,
  Client,
  ClientCredentials,
  JWTStructured,
  KoaContextWithOIDC,
  Provider,
} from 'oidc-provider'
import { SIGNING_ALG } from './keys.ts'
import { personBySubject } from './people.ts'
import type { IssuerSettings } from './settings.ts'

/**
 * Access tokens that look and serve like Auth0's: JWTs that are good for the API and at `/userinfo`
 * too. There oidc-provider knows only opaque tokens, which it stores. So an opaque one, which nobody
 * gets to see, is stored beside each JWT and stands in for it.
 */
export function createTokenFormat({ issuer, audience }: IssuerSettings, publicKey: CryptoKey) {
  const userinfo = `${issuer}userinfo`
  /** From the `jti` of a JWT to its stand-in. */
  const standIns = new Map<string, string>()

  /** Gives a JWT the claims of Auth0's. */
  const customize = async (
    { oidc }: KoaContextWithOIDC,
    token: AccessToken | ClientCredentials,
    { payload }: JWTStructured,
  ): Promise<void> => {
    if (token.kind !== 'AccessToken' || !oidc.client) return
    payload['aud'] = [audience, userinfo]
    payload['azp'] = payload['client_id']
    payload['permissions'] = personBySubject(token.accountId)?.permissions ?? []
    standIns.set(token.jti, await standInFor(oidc.provider, token, oidc.client).save())
  }

  const storedToken = async (token: string): Promise<string> => {
    if (!token.includes('.')) return token
    const expected = { issuer, audience: userinfo, algorithms: [SIGNING_ALG] }
    const verified = await jwtVerify(token, publicKey, expected).catch(() => undefined)
    return standIns.get(verified?.payload.jti ?? '') ?? token
  }

  /** Makes a JWT find its stand-in wherever the provider is given an access token. */
  const accept = ({ AccessToken }: Provider): void => {
    const find = AccessToken.find.bind(AccessToken) as typeof AccessToken.find
    AccessToken.find = (async (token: string, options?: object) =>
      find.call(AccessToken, await storedToken(token), options)) as typeof AccessToken.find
  }

  return { customize, accept }
}

/** The same token without an audience, and so opaque. */
function standInFor({ AccessToken }: Provider, token: AccessToken, client: Client): AccessToken {
  const { accountId, grantId, gty, scope, claims, jkt, sid, sessionUid, expiresWithSession } = token
  const subject = { client, accountId, grantId, gty, scope, claims, jkt }
  return new AccessToken({ ...subject, sid, sessionUid, expiresWithSession })
}
