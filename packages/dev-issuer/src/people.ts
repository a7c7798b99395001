/** Somebody who can sign in at the local issuer. */
export interface Person {
  /** What the token command calls them. */
  readonly id: string
  /** The `sub` of their tokens, in the form that Auth0 gives it. */
  readonly subject: string
  readonly name: string
  readonly email: string
  /** If true, has every permission that the API asks for. Everyone else has none. */
  readonly isAdmin: boolean
}

export const PEOPLE: readonly Person[] = [
  {
    id: 'user',
    subject: 'auth0|local-user',
    name: 'Uma User',
    email: 'uma.user@example.com',
    isAdmin: false,
  },
  {
    id: 'admin',
    subject: 'auth0|local-admin',
    name: 'Ada Admin',
    email: 'ada.admin@example.com',
    isAdmin: true,
  },
]

export const personById = (id: string | undefined) => PEOPLE.find((person) => person.id === id)

export const personBySubject = (subject: string | undefined) =>
  PEOPLE.find((person) => person.subject === subject)

/** The `permissions` of a person's access tokens, of those that the API asks for. */
export const permissionsOf = (person: Person | undefined, permissions: readonly string[]) =>
  person?.isAdmin ? permissions : []

export const initials = ({ name }: Person) =>
  name
    .split(' ')
    .map((word) => word.charAt(0))
    .join('')

/** When the profiles were last changed, in the form that Auth0 gives it. */
const UPDATED_AT = '2026-01-01T00:00:00.000Z'

/** The claims of the scopes `profile` and `email` (OpenID Connect Core section 5.4), as Auth0 fills them. */
export function profileClaims(person: Person, issuer: string) {
  const [nickname] = person.email.split('@')
  const [givenName, familyName] = person.name.split(' ')
  return {
    name: person.name,
    given_name: givenName,
    family_name: familyName,
    nickname,
    picture: new URL(picturePath(person), issuer).href,
    updated_at: UPDATED_AT,
    email: person.email,
    email_verified: true,
  }
}

export const picturePath = ({ id }: Person) => `/pictures/${id}.svg`

export const picture = (person: Person) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#3f4fd8"/><text x="32" y="41" fill="#fff" font-family="sans-serif" font-size="26" text-anchor="middle">${initials(person)}</text></svg>`
