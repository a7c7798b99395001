import { randomBytes } from 'node:crypto'
import type Koa from 'koa'
import type { AdapterFactory, Configuration, FindAccount, KoaContextWithOIDC } from 'oidc-provider'
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js'
import { Provider } from 'oidc-provider/lib/provider.js'
import { grantWithoutConsent, OIDC_SCOPES, resourceIndicators } from './grants.ts'
import { SIGNING_ALG, type SigningKey } from './keys.ts'
import { askBeforeSignOut, signOut } from './log-out.ts'
import { showError, showHomePage, signedOutAnswer, withSecurityHeaders } from './answers.ts'
import { personBySubject, profileClaims } from './people.ts'
import { isAllowedAddress, type IssuerSettings } from './settings.ts'
import { signIn, signInPath } from './sign-in.ts'
import { createTokenFormat } from './tokens.ts'

const HOUR_SECONDS = 3600
const DAY_SECONDS = 24 * HOUR_SECONDS

/** The OpenID provider: oidc-provider with Auth0's paths and habits. */
export function createProvider(settings: IssuerSettings, key: SigningKey): Provider {
  const { issuer, allowedOrigins, onError } = settings
  const tokens = createTokenFormat(settings, key.publicKey)
  const provider = new Provider(issuer, {
    ...configuration(settings),
    jwks: { keys: [key.privateJwk] },
    formats: { customizers: { jwt: tokens.customize } },
  })
  tokens.accept(provider)
  const isAllowed = (address: string) => isAllowedAddress(address, allowedOrigins)
  provider.Client.prototype.redirectUriAllowed = isAllowed
  provider.Client.prototype.postLogoutRedirectUriAllowed = isAllowed
  provider.on('server_error', (_ctx: KoaContextWithOIDC, error: Error) => {
    onError(error)
  })
  const app: Koa = provider
  app.on('error', onError)
  provider.use(withSecurityHeaders(settings))
  provider.use(showHomePage(settings))
  provider.use(signIn(provider))
  provider.use(signOut(provider, settings))
  return provider
}

function configuration(settings: IssuerSettings): Configuration {
  const { audience, allowedOrigins } = settings
  return {
    adapter: adapter(allowedOrigins),
    routes: {
      authorization: '/authorize',
      token: '/oauth/token',
      revocation: '/oauth/revoke',
      userinfo: '/userinfo',
      jwks: '/.well-known/jwks.json',
      end_session: '/oidc/logout',
    },
    features: {
      devInteractions: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      dPoP: { enabled: true },
      resourceIndicators: resourceIndicators(audience),
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
    responseTypes: ['code'],
    clientAuthMethods: ['none'],
    scopes: OIDC_SCOPES,
    extraParams: { audience: keepOfflineAccess },
    claims: {
      openid: ['sub'],
      profile: ['name', 'given_name', 'family_name', 'nickname', 'picture'],
      email: ['email', 'email_verified'],
    },
    conformIdTokenClaims: false, // Auth0's ID tokens hold the profile, and its SDKs read it there
    findAccount,
    loadExistingGrant: grantWithoutConsent,
    rotateRefreshToken: true,
    allowOmittingSingleRegisteredRedirectUri: false,
    clientBasedCORS: (_ctx, origin) => allowedOrigins.includes(origin),
    interactions: { url: (_ctx, { uid }) => signInPath(uid) },
    renderError: showError(settings),
    cookies: cookies(),
    ttl: {
      AccessToken: DAY_SECONDS,
      IdToken: 10 * HOUR_SECONDS,
      RefreshToken: 30 * DAY_SECONDS,
      Grant: 30 * DAY_SECONDS,
      Session: 3 * DAY_SECONDS,
      Interaction: HOUR_SECONDS,
    },
  }
}

/** Stores in memory, except for clients: any client ID is one, public and with all allowed origins. */
function adapter(allowedOrigins: readonly string[]): AdapterFactory {
  const inMemory = createMemoryAdapter()
  return (model) => {
    const store = inMemory(model)
    if (model !== 'Client') return store
    store.find = (clientId) =>
      Promise.resolve({
        client_id: clientId,
        // oidc-provider refuses a web client with an app's own scheme; which ones may be used is judged apart
        redirect_uris: allowedOrigins.filter((origin) => /^https?:/.test(origin)),
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        id_token_signed_response_alg: SIGNING_ALG,
      })
    return store
  }
}

const findAccount: FindAccount = (_ctx, subject) => {
  const person = personBySubject(subject)
  if (!person) return undefined
  return { accountId: subject, claims: () => ({ sub: subject, ...profileClaims(person) }) }
}

/**
 * Gives `offline_access` back to a request. OpenID Connect Core section 11 lets a provider drop it
 * where no consent is asked for, and oidc-provider does; Auth0 does not, and its SDKs rely on that.
 */
function keepOfflineAccess({ query, oidc }: KoaContextWithOIDC): void {
  const asked = typeof query['scope'] === 'string' ? query['scope'].split(' ') : []
  if (oidc.params && asked.includes('offline_access')) {
    oidc.params['scope'] = [...oidc.requestParamScopes, 'offline_access'].join(' ')
  }
}

/** Cookies of `localhost` are shared by all its ports, so their names must not be common ones. */
const cookies = (): Configuration['cookies'] => ({
  names: {
    session: 'local_issuer_session',
    interaction: 'local_issuer_sign_in',
    resume: 'local_issuer_resume',
  },
  keys: [randomBytes(32)],
})
