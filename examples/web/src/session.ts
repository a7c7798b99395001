import { Auth0Client, GenericError, type User } from '@auth0/auth0-spa-js'
import {
  decodeJwt,
  decodeProtectedHeader,
  type JWTPayload,
  type ProtectedHeaderParameters,
} from 'jose'
import type { SETTINGS } from './settings.ts'

/** How a new access token comes without a new sign-in, after a reload for example. */
export type Renewal = 'frame' | 'refresh-token'

export interface SignedIn {
  readonly user: User
  /** `undefined` when the access token is none that can be read. */
  readonly token: { header: ProtectedHeaderParameters; claims: JWTPayload } | undefined
}

/** The issuer's answers when only a new sign-in helps. */
const SESSION_ENDED = ['login_required', 'invalid_grant']

const RENEWAL_KEY = 'messages-demo.renewal'
const FRAME_TIMEOUT_SECONDS = 10

export const chosenRenewal = (): Renewal =>
  localStorage.getItem(RENEWAL_KEY) === 'refresh-token' ? 'refresh-token' : 'frame'

/** Takes effect for sessions that are created after it, such as that of the page that a sign-in leads back to. */
export function chooseRenewal(renewal: Renewal): void {
  if (renewal === 'frame') localStorage.removeItem(RENEWAL_KEY)
  else localStorage.setItem(RENEWAL_KEY, renewal)
}

/** The Auth0 SDK, set up for one way of renewal. */
export function createSession(settings: typeof SETTINGS, renewal: Renewal) {
  const auth0 = new Auth0Client({
    domain: settings.domain,
    clientId: settings.clientId,
    // A refresh token that should outlive a reload must be stored where scripts can read it. The
    // hidden frame keeps tokens in memory alone: the issuer's cookie brings them back.
    cacheLocation: renewal === 'frame' ? 'memory' : 'localstorage',
    useRefreshTokens: renewal === 'refresh-token',
    useRefreshTokensFallback: true,
    authorizeTimeoutInSeconds: FRAME_TIMEOUT_SECONDS,
    authorizationParams: { audience: settings.audience, redirect_uri: location.origin },
  })

  const getToken = async (cacheMode: 'on' | 'off'): Promise<string | undefined> => {
    try {
      return await auth0.getTokenSilently({ cacheMode })
    } catch (error) {
      const ended = error instanceof GenericError && SESSION_ENDED.includes(error.error)
      if (ended) await auth0.logout({ openUrl: false })
      throw error
    }
  }

  const current = async (): Promise<SignedIn | undefined> => {
    const user = await auth0.getUser()
    if (!user) return undefined
    return { user, token: decode((await getToken('on')) ?? '') }
  }

  return {
    isSignedIn: () => auth0.isAuthenticated(),
    /** Ends a sign-in that leads back here, or takes up the one from before a reload. */
    async resume(): Promise<SignedIn | undefined> {
      const answer = new URLSearchParams(location.search)
      if (answer.has('state') && (answer.has('code') || answer.has('error'))) {
        history.replaceState(undefined, '', location.pathname)
        await auth0.handleRedirectCallback(`${location.origin}/?${answer.toString()}`)
      } else {
        await auth0.checkSession()
      }
      return current()
    },
    signIn: () => auth0.loginWithRedirect(),
    signOut: () => auth0.logout({ logoutParams: { returnTo: location.origin } }),
    /** Gets a new token, though the one at hand may be good. */
    async renew(): Promise<SignedIn | undefined> {
      await getToken('off')
      return current()
    },
    getAccessToken: async () => ((await auth0.isAuthenticated()) ? getToken('on') : undefined),
  }
}

export type Session = ReturnType<typeof createSession>

function decode(token: string): SignedIn['token'] {
  try {
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) }
  } catch {
    return undefined
  }
}
