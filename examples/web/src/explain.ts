import { READ_ADMIN_MESSAGES } from '../../../src/messages/messages.ts'
import type { Answer } from './api.ts'

/** What an answer means to the person who sees it; '' when it speaks for itself. */
export function explain({ status }: Answer, signedIn: boolean): string {
  switch (status) {
    case undefined:
      return 'The API could not be reached. Is npm run dev still running?'
    case 401:
      return signedIn
        ? 'The API no longer takes your access token. Renew it, or sign in again.'
        : 'This message needs an access token. Sign in to get one.'
    case 403:
      return `You are signed in, but your access token lacks the permission ${READ_ADMIN_MESSAGES}. Sign in as someone who has it.`
    case 429:
      return 'Too many requests. Wait a little and try again.'
    case 503:
      return "The API can't fetch the issuer's keys at the moment. Try again soon."
    default:
      return ''
  }
}
