import { isTRPCClientError } from '@trpc/client'
import { isHybridError } from '@trpc-hybrid/client'
import { findNoToken, findRefusal } from './session.ts'
import { SETTINGS } from './settings.ts'

const API = `The API at ${SETTINGS.api} (VITE_API_URL)`
const ISSUER = `The issuer at ${SETTINGS.domain} (VITE_AUTH0_DOMAIN)`

/** While the API is asked again. */
export const WAITING = `Waiting for the API at ${SETTINGS.api} …`

/** Whether nothing answered where the API should be, as while it restarts. */
export const isAway = (error: unknown): boolean =>
  !findNoToken(error) && !isHybridError(error) && !hasAnswer(error)

/** One that is no JSON, or no answer of tRPC. */
const hasAnswer = (error: unknown) =>
  isTRPCClientError(error) &&
  (error.cause instanceof SyntaxError || error.meta?.['response'] !== undefined)

/** Whether asking again may help: no answer came, or one that tells of a passing trouble (429, 5xx). */
export function mayPass(error: unknown): boolean {
  const noToken = findNoToken(error)
  if (noToken) return findRefusal(noToken.cause) === undefined
  return !isHybridError(error) || error.data.httpStatus >= 429
}

/** What a failed call means to the person who sees it. A library's own text is for programmers. */
export function explain(error: unknown, signedIn: boolean): string {
  const noToken = findNoToken(error)
  if (noToken) return explainSignIn(noToken.cause)
  if (isAway(error)) {
    return `${API} could not be reached. Is “npm run dev” running, with a CLIENT_ORIGIN_URL that has ${location.origin}?`
  }
  if (!isHybridError(error))
    return `${API} answers, but not as this API does. Is it another server?`
  const { code, httpStatus, permissions } = error.data
  if (code === 'FORBIDDEN' && permissions)
    return `You lack the permission ${permissions.join(', ')}. Sign in as somebody who has it.`
  if (code === 'UNAUTHORIZED') {
    return signedIn
      ? 'The API does not take your access token. VITE_AUTH0_DOMAIN and VITE_AUTH0_AUDIENCE must name its issuer and its audience.'
      : 'Sign in first.'
  }
  if (httpStatus === 429) return 'Too many requests. Wait a little.'
  if (httpStatus >= 500) return `${API} has trouble at the moment.`
  return `${error.message}.`
}

/** What it means that the issuer signed nobody in, or gave no token. */
export function explainSignIn(error: unknown): string {
  switch (findRefusal(error)) {
    case undefined:
      return `${ISSUER} could not be reached.`
    case 'access_denied':
      return 'The sign-in was cancelled, or the issuer refused it.'
    case 'consent_required':
    case 'interaction_required':
      return 'The issuer has a question for you. Sign in again.'
    default:
      return 'The sign-in did not work. Sign in again.'
  }
}
