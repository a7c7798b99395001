import { GenericError, TimeoutError } from '@auth0/auth0-spa-js'

const SIGN_IN_AGAIN = 'Your session at the issuer has ended. Sign in again.'

/** By the code of the issuer's answer (OpenID Connect Core §3.1.2.6, RFC 6749 §5.2). */
const MEANINGS: Readonly<Record<string, string>> = {
  access_denied: 'The sign-in was cancelled, or the issuer refused it.',
  login_required: SIGN_IN_AGAIN,
  invalid_grant: SIGN_IN_AGAIN,
  consent_required: 'The issuer wants your consent first. Sign in again.',
  interaction_required: 'The issuer wants to ask you something first. Sign in again.',
  missing_refresh_token: 'There is no refresh token to renew with. Sign in again.',
}

/** What the failure of a sign-in or of a renewal means to the person who sees it. The SDK's own text is for programmers. */
export function explainFailure(error: unknown): string {
  if (error instanceof TimeoutError) return 'The issuer took too long to answer. Try again.'
  const meaning = error instanceof GenericError ? MEANINGS[error.error] : undefined
  return meaning ?? 'The issuer could not be reached, or its answer made no sense. Try again.'
}
