import type { Scheme } from './authorization-header.ts'
import { DPOP_ALGS } from './dpop.ts'
import type { AuthError, AuthErrorCode } from './errors.ts'

/** Refusals that other credentials can't help get no challenge. */
const WITHOUT_CHALLENGE: readonly AuthErrorCode[] = ['keys_unavailable', 'proofs_unavailable']

/**
 * The value of `WWW-Authenticate` for a refusal (RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1), or `undefined`
 * where none belongs. It answers in the scheme that the request used. If the request used none, or sent a
 * key-bound token as Bearer, both schemes are offered.
 */
export function formatChallenge(
  error: AuthError,
  options: { readonly scheme: Scheme | undefined; readonly resourceMetadataUrl: string },
): string | undefined {
  if (WITHOUT_CHALLENGE.includes(error.code)) return undefined
  const { scheme, resourceMetadataUrl } = options
  const metadata = quoted('resource_metadata', resourceMetadataUrl)
  const algs = quoted('algs', DPOP_ALGS.join(' '))
  const details = [...errorParameters(error), metadata].join(', ')
  if (scheme === 'DPoP') return `DPoP ${details}, ${algs}`
  const offersDpop = scheme === undefined || error.reason === 'bound'
  return offersDpop ? `Bearer ${details}, DPoP ${algs}` : `Bearer ${details}`
}

function errorParameters(error: AuthError): string[] {
  if (error.code === 'missing_token') return []
  const { description, permissions } = error
  return [
    quoted('error', error.code),
    ...(description === undefined ? [] : [quoted('error_description', description)]),
    ...(permissions.length > 0 ? [quoted('scope', permissions.join(' '))] : []),
  ]
}

const quoted = (name: string, value: string) => `${name}="${value}"`
