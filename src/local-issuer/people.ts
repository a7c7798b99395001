/** Somebody who can sign in at the local issuer. */
export interface Person {
  /** What the token command calls them. */
  readonly id: string
  /** The `sub` of their tokens, in the form that Auth0 gives it. */
  readonly subject: string
  readonly name: string
  readonly email: string
  /** What their role grants: the `permissions` of their access tokens. */
  readonly permissions: readonly string[]
}

export const PEOPLE: readonly Person[] = [
  {
    id: 'user',
    subject: 'auth0|local-user',
    name: 'Uma User',
    email: 'uma.user@example.com',
    permissions: [],
  },
  {
    id: 'admin',
    subject: 'auth0|local-admin',
    name: 'Ada Admin',
    email: 'ada.admin@example.com',
    permissions: ['read:admin-messages'],
  },
]

export const personById = (id: string | undefined) => PEOPLE.find((person) => person.id === id)

export const personBySubject = (subject: string | undefined) =>
  PEOPLE.find((person) => person.subject === subject)

export const initials = ({ name }: Person) =>
  name
    .split(' ')
    .map((word) => word.charAt(0))
    .join('')

/** The claims of the scopes `profile` and `email` (OpenID Connect Core section 5.4), as Auth0 fills them. */
export function profileClaims(person: Person) {
  const [nickname] = person.email.split('@')
  const [givenName, familyName] = person.name.split(' ')
  return {
    name: person.name,
    given_name: givenName,
    family_name: familyName,
    nickname,
    picture: picture(person),
    email: person.email,
    email_verified: true,
  }
}

/** A picture that needs no other host. */
function picture(person: Person): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#3f4fd8"/><text x="32" y="41" fill="#fff" font-family="sans-serif" font-size="26" text-anchor="middle">${initials(person)}</text></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
