import type { JWTPayload } from 'jose'

/** A verified access token: what a procedure may know about its caller. */
export interface AccessToken {
  /** `sub`: the one for whom the token speaks. */
  readonly subject: string | undefined
  readonly permissions: ReadonlySet<string>
  /** Every claim, as the issuer wrote it: parse before use. */
  readonly claims: JWTPayload
}

/** The only claim whose text is not read as a list: `permissions` is an array, as Auth0 writes it. */
export const AUTH0_CLAIM = 'permissions'

/**
 * A class for its private field alone, which nothing else can have: no copy of a token, and no other object of
 * that shape.
 */
class VerifiedToken implements AccessToken {
  readonly subject: string | undefined
  readonly permissions: ReadonlySet<string>
  readonly claims: JWTPayload
  readonly #verified = true

  constructor(claims: JWTPayload, permissionsClaim: string) {
    this.subject = typeof claims.sub === 'string' ? claims.sub : undefined
    this.permissions = new Set(readPermissions(claims, permissionsClaim))
    this.claims = claims
  }

  static is(value: object): boolean {
    return #verified in value
  }
}

/**
 * For the verifier, which alone may vouch for claims.
 *
 * @param permissionsClaim see `readClaim`
 */
export function toAccessToken(claims: JWTPayload, permissionsClaim: string): AccessToken {
  return new VerifiedToken(claims, permissionsClaim)
}

/**
 * Whatever decides by a token asks this first: what is no token, such as a promise of one, must not pass for
 * one.
 *
 * @throws {TypeError} unless the verifier made it
 */
export function requireVerified(token: AccessToken): AccessToken {
  if (VerifiedToken.is(token)) return token
  throw new TypeError('An access token is used that the verifier did not make')
}

/** An array of strings, or one string with spaces between, as `scope` is written (RFC 6749 §3.3). */
function readPermissions(claims: JWTPayload, name: string): string[] {
  const value = readClaim(claims, name)
  if (typeof value === 'string' && name !== AUTH0_CLAIM) return value.split(' ').filter(Boolean)
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : []
}

/**
 * Finds a claim by a path of names separated by dots. Names may contain dots themselves (custom claims are
 * often URLs), so each step takes the longest name that exists.
 */
export function readClaim(claims: JWTPayload, path: string): unknown {
  let value: unknown = claims
  let rest = path.split('.')
  while (rest.length > 0) {
    const length = longestKey(value, rest)
    if (length === 0) return undefined
    value = (value as Record<string, unknown>)[rest.slice(0, length).join('.')]
    rest = rest.slice(length)
  }
  return value
}

/** How many of the names, joined by dots, are one key of `value`; 0 if none is. */
function longestKey(value: unknown, names: readonly string[]): number {
  if (typeof value !== 'object' || value === null) return 0
  let length = names.length
  while (length > 0 && !Object.hasOwn(value, names.slice(0, length).join('.'))) length--
  return length
}
