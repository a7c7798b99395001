import { escapeHtml, page } from './page.ts'
import { initials, permissionsOf, type Person } from './people.ts'

const ARROW =
  '<svg class="arrow" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M6 3l5 5-5 5"/></svg>'

const rights = (permissions: readonly string[]) =>
  permissions.length === 0
    ? 'No permissions'
    : `Has ${permissions.map((name) => `<code>${escapeHtml(name)}</code>`).join(', ')}`

const button = (person: Person, permissions: readonly string[]) => `
<button class="person" name="person" value="${person.id}">
<span class="avatar" aria-hidden="true">${initials(person)}</span>
<span class="who"><b>${escapeHtml(person.name)}</b><span>${rights(permissionsOf(person, permissions))}</span></span>
${ARROW}
</button>`

export interface SignInPage {
  readonly people: readonly Person[]
  /** Every permission that the API asks for. */
  readonly permissions: readonly string[]
  /** The host of the app that asks. */
  readonly app: string
}

/** The page on which people choose who to be. Its form is sent to the page's own address. */
export function signInPage({ people, permissions, app }: SignInPage): string {
  return page(
    'Who are you today?',
    `<p>Sign in to continue to <strong>${escapeHtml(app)}</strong></p>
<form method="post">${people.map((person) => button(person, permissions)).join('')}
<button class="plain" name="person" value="">Cancel</button>
</form>
<footer>These people exist only on this machine. There is no password to type and no account to make.</footer>`,
  )
}
