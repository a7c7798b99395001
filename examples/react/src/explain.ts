import { OAuthError } from '@auth0/auth0-react'
import { isMessagesError } from '../../../src/client.ts'

/** Whether asking again may help: no answer came, or one that tells of a passing trouble (429, 5xx). */
export const mayPass = (error: unknown) => !isMessagesError(error) || error.data.httpStatus >= 429

/** What a failed call means to the person who sees it. A library's own text is for programmers. */
export function explain(error: unknown, signedIn: boolean): string {
  if (!isMessagesError(error)) {
    const noToken = error instanceof Error && error.cause instanceof OAuthError
    return noToken
      ? 'The issuer gives you no access token. Sign out, and sign in again.'
      : 'The API could not be reached.'
  }
  switch (error.data.code) {
    case 'UNAUTHORIZED':
      return signedIn
        ? 'The API does not take your access token. Sign out, and sign in again.'
        : 'Sign in to read this.'
    case 'FORBIDDEN':
      return `You lack the permission ${error.data.permissions?.join(', ') ?? ''}.`
    default:
      return error.message
  }
}
