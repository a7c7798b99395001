import type { JWTPayload } from 'jose'
import { invalidToken } from './errors.ts'

/** Claims that can say whom a token is for. Cognito and Clerk have no `aud`, but name the client. */
export const AUDIENCE_CLAIMS = ['aud', 'client_id', 'azp'] as const
export type AudienceClaim = (typeof AUDIENCE_CLAIMS)[number]

export interface AudienceRule {
  /** Any one of them matches. */
  readonly audiences: readonly [string, ...string[]]
  /** The claim that must match. */
  readonly audienceClaim: AudienceClaim
}

/**
 * Checks whom a token is for (RFC 7519 §4.1.3). Where another claim is to match, an `aud` that is present
 * must match too.
 *
 * @throws {AuthError} `invalid_token`
 */
export function checkAudience(
  claims: JWTPayload,
  { audiences, audienceClaim }: AudienceRule,
): void {
  if (claims[audienceClaim] === undefined) throw invalidToken('audience_missing')
  for (const name of new Set([audienceClaim, 'aud'])) {
    const value: unknown = claims[name]
    if (value !== undefined && !matches(value, audiences)) throw invalidToken('audience')
  }
}

/** Only `aud` may be a list, but accepting one in another claim does no harm. */
function matches(value: unknown, audiences: readonly string[]): boolean {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.some((item) => typeof item === 'string' && audiences.includes(item))
}
