import { escapeHtml, page } from './page.ts'
import type { Person } from './people.ts'
import type { IssuerSettings } from './settings.ts'

/** What a curious visitor of the issuer's own address sees. */
export function homePage({ issuer, audience }: IssuerSettings, people: readonly Person[]): string {
  const discovery = `${issuer}.well-known/openid-configuration`
  const commands = people.map(({ id }) => `<code>npm run -s token -- ${id}</code>`)
  return page(
    'An OpenID provider for development',
    `<p>It takes the place of an Auth0 tenant. Sign in from an app, or get an access token in a
terminal.</p>
<dl>
<dt>Domain for the Auth0 SDKs</dt><dd><code>${issuer.slice(0, -1)}</code></dd>
<dt>Audience</dt><dd><code>${escapeHtml(audience)}</code></dd>
<dt>Client ID</dt><dd>any</dd>
<dt>Access tokens</dt><dd>${commands.join('<br>')}</dd>
</dl>
<footer><a href="${discovery}">Discovery document</a></footer>`,
  )
}

export const signedOutPage = () =>
  page('You are signed out', '<p>You can close this page, or go back to the app.</p>')

/** Asked when an app starts log-out without saying, by an ID token, whom it means. `form` has the id `op.logoutForm`. */
export const confirmSignOutPage = (form: string) =>
  page(
    'Sign out?',
    `<p>An app asks to end your session here.</p>
${form}
<button class="primary" form="op.logoutForm" name="logout" value="yes">Sign out</button>
<button class="plain" form="op.logoutForm">Stay signed in</button>`,
  )

export interface ShownError {
  readonly error: string
  readonly error_description?: string | undefined
}

/** An error that can't be sent back to the app. */
export function errorPage(shown: ShownError, allowedOrigins: readonly string[]): string {
  const expired = shown.error === 'expired'
  return page(
    expired ? 'This page has expired' : 'That did not work',
    `<p>${escapeHtml(hint(shown, allowedOrigins))}</p>
<footer><code>${escapeHtml(shown.error)}</code>${
      shown.error_description ? `: ${escapeHtml(shown.error_description)}` : ''
    }</footer>`,
  )
}

function hint({ error }: ShownError, allowedOrigins: readonly string[]): string {
  switch (error) {
    case 'expired':
      return 'Go back to the app and sign in again.'
    case 'invalid_redirect_uri':
      return `The app asked to be answered at an address that is not allowed. Allowed are ${allowedOrigins.join(' and ')} and every origin on this machine, any path. CLIENT_ORIGIN_URL sets them.`
    case 'server_error':
      return 'The local issuer failed. The log of the server says why.'
    default:
      return 'The app sent a request that the issuer cannot answer.'
  }
}
