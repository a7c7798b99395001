import type { JWTPayload } from 'jose'

/** An access token that was verified: what a procedure may know of its caller. */
export interface AccessToken {
  /** `sub`: who the token speaks for. */
  readonly subject: string | undefined
  readonly permissions: ReadonlySet<string>
  /** Every claim, as the issuer wrote it: parse before use. */
  readonly claims: JWTPayload
}

/**
 * @param permissionsClaim a claim's name, or a path of names with dots between. A claim that has the
 *   whole text as its name comes first, since the names of custom claims are often URLs.
 */
export function toAccessToken(claims: JWTPayload, permissionsClaim: string): AccessToken {
  return {
    subject: typeof claims.sub === 'string' ? claims.sub : undefined,
    permissions: new Set(readPermissions(claims, permissionsClaim)),
    claims,
  }
}

function readPermissions(claims: JWTPayload, name: string): string[] {
  const path = Object.hasOwn(claims, name) ? [name] : name.split('.')
  const value = path.reduce<unknown>(property, claims)
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : []
}

function property(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Record<string, unknown>)[key]
}
