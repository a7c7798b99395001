import { GenericError, TimeoutError } from '@auth0/auth0-react'

/** There is no access token. `cause` is what the Auth0 SDK threw. */
export class NoTokenError extends Error {
  constructor(cause: unknown) {
    super('There is no access token', { cause })
  }
}

/** Why a call failed before it was sent, if that is what happened. */
export function findNoToken(error: unknown): NoTokenError | undefined {
  return error instanceof Error && error.cause instanceof NoTokenError ? error.cause : undefined
}

/**
 * The code that the issuer refused with (OpenID Connect Core §3.1.2.6, RFC 6749 §5.2).
 *
 * @returns `undefined` where it did not answer
 */
export function findRefusal(error: unknown): string | undefined {
  return error instanceof GenericError && !(error instanceof TimeoutError) ? error.error : undefined
}

const SESSION_ENDED = ['login_required', 'invalid_grant', 'missing_refresh_token']

/** Whether only a new sign-in brings a token. */
export const hasEnded = (error: unknown): boolean =>
  SESSION_ENDED.includes(findRefusal(error) ?? '')
