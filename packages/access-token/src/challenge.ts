import { DPOP_ALGS } from './proof-rules.ts'
import type { ChallengeOptions } from './refusal.ts'
import type { Scheme } from './scheme.ts'

/** What a challenge says of an `AuthError`. */
export interface Challenged {
  readonly code: string
  readonly reason: string
  readonly description: string | undefined
  readonly permissions: readonly string[]
  readonly scheme: Scheme | undefined
}

/** Refusals that other credentials can't help get no challenge. */
const WITHOUT_CHALLENGE = ['keys_unavailable', 'proofs_unavailable']

/**
 * The value of `WWW-Authenticate` for a refusal (RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1), or `undefined`
 * where none belongs. It answers in the scheme that the request used. If the request used none, or sent a
 * key-bound token as Bearer, both schemes are offered.
 */
export function formatChallenge(
  error: Challenged,
  { scheme = error.scheme, resourceMetadataUrl }: ChallengeOptions = {},
): string | undefined {
  if (WITHOUT_CHALLENGE.includes(error.code)) return undefined
  const algs = quoted('algs', DPOP_ALGS.join(' '))
  const details = errorParameters(error)
  if (resourceMetadataUrl !== undefined) {
    details.push(quoted('resource_metadata', resourceMetadataUrl))
  }
  if (scheme === 'DPoP') return `DPoP ${[...details, algs].join(', ')}`
  const bearer = details.length > 0 ? `Bearer ${details.join(', ')}` : 'Bearer'
  const offersDpop = scheme === undefined || error.reason === 'bound'
  return offersDpop ? `${bearer}, DPoP ${algs}` : bearer
}

function errorParameters(error: Challenged): string[] {
  if (error.code === 'missing_token') return []
  const { description, permissions } = error
  return [
    quoted('error', error.code),
    ...(description === undefined ? [] : [quoted('error_description', description)]),
    ...(permissions.length > 0 ? [quoted('scope', permissions.join(' '))] : []),
  ]
}

const quoted = (name: string, value: string) => `${name}="${value}"`
