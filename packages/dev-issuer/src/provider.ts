// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- found by every program that reaches this one
/// <reference path="./oidc-provider.d.ts" />
import type Koa from 'koa'
import type { Configuration, FindAccount, KoaContextWithOIDC } from 'oidc-provider'
import { Provider } from 'oidc-provider/lib/provider.js'
import { grantWithoutConsent, OIDC_SCOPES, resourceIndicators } from './grants.ts'
import { askBeforeSignOut, signOut } from './log-out.ts'
import {
  showError,
  showHomePage,
  showPicture,
  signedOutAnswer,
  withSecurityHeaders,
} from './answers.ts'
import { acceptAnyClient, withAnyClient } from './clients.ts'
import { personBySubject, profileClaims } from './people.ts'
import { registerClients, registrationMetadata } from './registration.ts'
import { isAllowedOrigin, type IssuerSettings } from './settings.ts'
import { signIn, signInPath } from './sign-in.ts'
import type { State } from './state.ts'
import { storeIn } from './store.ts'
import { createTokenFormat } from './tokens.ts'

const HOUR_SECONDS = 3600
const DAY_SECONDS = 24 * HOUR_SECONDS

/** The OpenID provider: oidc-provider with Auth0's paths and behaviour. */
export function createProvider(settings: IssuerSettings, state: State): Provider {
  const { issuer, allowedOrigins, onError } = settings
  const tokens = createTokenFormat(settings, state)
  const provider = new Provider(issuer, {
    ...configuration(settings),
    adapter: withAnyClient(storeIn(state.store, state.changed), allowedOrigins),
    cookies: cookies(state.cookieKey),
    jwks: { keys: [state.signingKey.privateJwk] },
    formats: { customizers: { jwt: tokens.customize } },
  })
  tokens.accept(provider)
  acceptAnyClient(provider, allowedOrigins)
  provider.on('server_error', (_ctx: KoaContextWithOIDC, error: Error) => {
    onError(error)
  })
  const app: Koa = provider
  app.on('error', onError)
  provider.use(withSecurityHeaders(settings))
  provider.use(showHomePage(settings))
  provider.use(showPicture)
  provider.use(registerClients(settings))
  provider.use(signIn(provider, settings))
  provider.use(signOut(provider, settings))
  return provider
}

function configuration(settings: IssuerSettings): Configuration {
  const { issuer, allowedOrigins } = settings
  return {
    routes: {
      authorization: '/authorize',
      token: '/oauth/token',
      revocation: '/oauth/revoke',
      userinfo: '/userinfo',
      jwks: '/.well-known/jwks.json',
      end_session: '/oidc/logout',
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      dPoP: { enabled: true },
      resourceIndicators: resourceIndicators(settings),
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: askBeforeSignOut,
        postLogoutSuccessSource: signedOutAnswer,
      },
      webMessageResponseMode: { enabled: true, ack: 'individual-draft-01' },
    },
    discovery: registrationMetadata(issuer),
    responseTypes: ['code'],
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
    pkce: { required: () => false }, // asked for when the code is exchanged, of clients without a secret
    scopes: OIDC_SCOPES,
    extraParams: { audience: completeScope },
    claims: {
      openid: ['sub'],
      profile: ['name', 'given_name', 'family_name', 'nickname', 'picture', 'updated_at'],
      email: ['email', 'email_verified'],
    },
    conformIdTokenClaims: false, // Auth0's ID tokens hold the profile, and its SDKs read it there
    findAccount: findAccount(issuer),
    loadExistingGrant: grantWithoutConsent(settings),
    rotateRefreshToken: true,
    allowOmittingSingleRegisteredRedirectUri: false,
    clientBasedCORS: (_ctx, origin) => isAllowedOrigin(origin, allowedOrigins),
    interactions: { url: (_ctx, { uid }) => signInPath(uid) },
    renderError: showError(settings),
    ttl: {
      AccessToken: DAY_SECONDS,
      ClientCredentials: DAY_SECONDS,
      IdToken: 10 * HOUR_SECONDS,
      RefreshToken: 30 * DAY_SECONDS,
      Grant: 30 * DAY_SECONDS,
      Session: 3 * DAY_SECONDS,
      Interaction: HOUR_SECONDS,
    },
  }
}

const findAccount =
  (issuer: string): FindAccount =>
  (_ctx, subject) => {
    const person = personBySubject(subject)
    if (!person) return undefined
    return {
      accountId: subject,
      claims: () => ({ sub: subject, ...profileClaims(person, issuer) }),
    }
  }

/**
 * Adds to a request what Auth0 would not leave out. `offline_access`: OpenID Connect Core section 11 lets a provider
 * drop it where no consent is asked for, and oidc-provider does; Auth0's SDKs rely on it. `openid`, where nothing of
 * OpenID Connect is asked for: oidc-provider denies a request of which nothing is granted, such as that for
 * permissions alone (clients of the Model Context Protocol make it) by a person who has none of them.
 */
function completeScope({ query, oidc }: KoaContextWithOIDC): void {
  if (!oidc.params) return
  const asked = typeof query['scope'] === 'string' ? query['scope'].split(' ') : []
  const scopes = [...oidc.requestParamScopes]
  if (asked.includes('offline_access')) scopes.push('offline_access')
  if (!scopes.some((scope) => OIDC_SCOPES.includes(scope))) scopes.push('openid')
  oidc.params['scope'] = scopes.join(' ')
}

/** Cookies of `localhost` are shared by all its ports, so their names must not be common ones. */
const cookies = (key: string): Configuration['cookies'] => ({
  names: {
    session: 'local_issuer_session',
    interaction: 'local_issuer_sign_in',
    resume: 'local_issuer_resume',
  },
  keys: [key],
})
