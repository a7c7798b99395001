import type { ProtectedHeaderParameters } from 'jose'
import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { JOSEError, JWKSNoMatchingKey, JWTClaimValidationFailed } from 'jose/errors'
import { toAccessToken, type AccessToken } from './access-token.ts'
import { checkAudience, type AudienceRule } from './audience.ts'
import { checkClaims } from './claims.ts'
import { invalidToken, type TokenFault } from './errors.ts'
import type { KeySet, KeySource } from './keys.ts'
import { isWrongSignature, verifyClaims } from './signature.ts'
import { isOtherKind } from './token-kind.ts'
import { faultOfShape, isCompactJws } from './token-shape.ts'

export const CLOCK_TOLERANCE_SECONDS = 5

/** Entra lists up to 200 groups in a token, which makes 12 KiB. */
const MAX_TOKEN_CHARS = 16 * 1024

/** RFC 9068 §2.1 and the `JWT` of older issuers. Any other `typ` is another kind of token. */
const ACCESS_TOKEN_TYPES = new Set([undefined, 'jwt', 'at+jwt'])

/** One object for all: anybody can make such tokens, and the stack of a new error costs 5 µs. */
const UNKNOWN_KEY = invalidToken('unknown_key')

export interface VerifierOptions extends AudienceRule {
  /** Asymmetric algorithms of RFC 7518 §3.1. */
  readonly signingAlgs: readonly string[]
  readonly permissionsClaim: string
  readonly keys: KeySource
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** A token, with the keys that vouch for it. */
export interface Verified {
  readonly accessToken: AccessToken
  readonly keySet: KeySet
}

export type Verify = (token: string) => Promise<Verified>

/**
 * Verifies access tokens that are JWTs (RFC 7519 §7.2, RFC 8725, RFC 9068 §4): signature, issuer,
 * audience, times, algorithm and kind. The key comes from the issuer's key set alone.
 *
 * @returns a function from the token's text to the token; it throws an `AuthError`: `invalid_token`
 *   for a fault of the token, `keys_unavailable` when there are no keys to verify it with
 */
export function createVerifier(options: VerifierOptions): Verify {
  const { keys } = options
  const algorithms = [...options.signingAlgs]

  async function verifyWith(token: string, kid: unknown, keySet: KeySet): Promise<Verified> {
    if (kid !== undefined && !keySet.kids.has(kid)) throw UNKNOWN_KEY
    const claims = await verifyClaims(token, keySet.getKey, {
      issuer: keySet.issuer,
      algorithms,
      requiredClaims: ['exp'], // jose checks exp only when it is present
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(options.now()),
    })
    if (isOtherKind(claims)) throw invalidToken('type')
    checkClaims(claims)
    checkAudience(claims, options)
    return { accessToken: toAccessToken(claims, options.permissionsClaim), keySet }
  }

  async function verifyRenewing(token: string, kid: unknown): Promise<Verified> {
    const keySet = await keys.get()
    try {
      return await verifyWith(token, kid, keySet)
    } catch (error) {
      const newer = mayBeOfNewKey(error, kid) ? await keys.renew(keySet) : keySet
      if (newer === keySet) throw error
      return await verifyWith(token, kid, newer)
    }
  }

  return async (token) => {
    const { alg, kid } = readHeader(token)
    if (typeof alg !== 'string') throw invalidToken('malformed')
    if (!algorithms.includes(alg)) throw invalidToken('algorithm')
    try {
      return await verifyRenewing(token, kid)
    } catch (error) {
      throw asTokenFault(error)
    }
  }
}

/** @returns the header, whose remaining fields are checked later */
function readHeader(token: string): ProtectedHeaderParameters {
  if (token.length > MAX_TOKEN_CHARS) throw invalidToken('too_long')
  if (!isCompactJws(token)) throw invalidToken(faultOfShape(token))
  const header = decodeHeader(token)
  const { typ, crit } = header
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ
  if (!ACCESS_TOKEN_TYPES.has(type)) throw invalidToken('type')
  if (crit !== undefined) throw invalidToken('malformed') // no extension is understood (RFC 7515 §4.1.11)
  return header
}

function decodeHeader(token: string): ProtectedHeaderParameters {
  try {
    return decodeProtectedHeader(token)
  } catch (error) {
    throw invalidToken(faultOfShape(token), error)
  }
}

/** Without a key id, a wrong signature is the only sign that the issuer has begun to use a new key. */
function mayBeOfNewKey(error: unknown, kid: unknown): boolean {
  if (kid === undefined && isWrongSignature(error)) return true
  return error === UNKNOWN_KEY || error instanceof JWKSNoMatchingKey
}

/** jose's error codes that are the token's fault. Any other error is ours. */
const FAULTS: Readonly<Record<string, TokenFault>> = {
  ERR_JWT_EXPIRED: 'expired',
  ERR_JWT_INVALID: 'malformed',
  ERR_JWS_INVALID: 'malformed',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'signature',
  ERR_JOSE_ALG_NOT_ALLOWED: 'algorithm',
  ERR_JOSE_NOT_SUPPORTED: 'malformed',
  ERR_JWKS_NO_MATCHING_KEY: 'unknown_key',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'unknown_key',
}

const CLAIM_FAULTS: Readonly<Record<string, TokenFault>> = {
  iss: 'issuer',
  nbf: 'not_yet_valid',
}

function faultOfClaim({ claim, reason }: JWTClaimValidationFailed): TokenFault {
  if (claim === 'exp' && reason === 'missing') return 'expiry_missing'
  return (reason === 'check_failed' ? CLAIM_FAULTS[claim] : undefined) ?? 'claims'
}

function asTokenFault(error: unknown): unknown {
  if (error instanceof JWTClaimValidationFailed) {
    return invalidToken(faultOfClaim(error), error)
  }
  const fault = error instanceof JOSEError ? FAULTS[error.code] : undefined
  return fault === undefined ? error : invalidToken(fault, error)
}
