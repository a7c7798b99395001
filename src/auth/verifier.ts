import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose'
import { checkAudience, type AudienceRule } from './audience.ts'
import { invalidToken, type TokenFault } from './errors.ts'
import type { KeySet, KeySource } from './keys.ts'
import { isOtherKind } from './token-kind.ts'
import { faultOfShape, isCompactJws } from './token-shape.ts'

export const CLOCK_TOLERANCE_SECONDS = 5

/** Entra lists up to 200 groups in a token, which makes 12 KiB. */
const MAX_TOKEN_CHARS = 16 * 1024

/** RFC 9068 §2.1 and the `JWT` of older issuers. Any other `typ` is another kind of token. */
const ACCESS_TOKEN_TYPES = new Set([undefined, 'jwt', 'at+jwt'])

export interface VerifierOptions extends AudienceRule {
  /** Asymmetric algorithms of RFC 7518 §3.1. */
  readonly signingAlgs: readonly string[]
  readonly keys: KeySource
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** A token's claims, with the keys that vouch for them. */
export interface Verified {
  readonly claims: JWTPayload
  readonly keySet: KeySet
}

export type Verify = (token: string) => Promise<Verified>

/**
 * Verifies access tokens that are JWTs (RFC 7519 §7.2, RFC 8725, RFC 9068 §4): signature, issuer,
 * audience, times, algorithm and kind. The key comes from the issuer's key set alone.
 *
 * @returns a function from the token's text to its claims; it throws an `AuthError`: `invalid_token`
 *   for a fault of the token, `keys_unavailable` when there are no keys to verify it with
 */
export function createVerifier(options: VerifierOptions): Verify {
  const { keys } = options

  async function verifyWith(token: string, keySet: KeySet): Promise<Verified> {
    const { payload } = await jwtVerify(token, keySet.getKey, {
      issuer: keySet.issuer,
      algorithms: [...options.signingAlgs],
      requiredClaims: ['exp'], // jose checks exp only when it is present
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(options.now()),
    })
    if (isOtherKind(payload)) throw invalidToken('type')
    checkAudience(payload, options)
    return { claims: payload, keySet }
  }

  async function verifyRenewing(token: string): Promise<Verified> {
    const keySet = await keys.get()
    try {
      return await verifyWith(token, keySet)
    } catch (error) {
      const newer = isUnknownKey(error) ? await keys.renew(keySet) : keySet
      if (newer === keySet) throw error
      return await verifyWith(token, newer)
    }
  }

  return async (token) => {
    checkHeader(token)
    try {
      return await verifyRenewing(token)
    } catch (error) {
      throw asTokenFault(error)
    }
  }
}

function checkHeader(token: string): void {
  if (token.length > MAX_TOKEN_CHARS) throw invalidToken('too_long')
  if (!isCompactJws(token)) throw invalidToken(faultOfShape(token))
  const { typ, crit } = readHeader(token)
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ
  if (!ACCESS_TOKEN_TYPES.has(type)) throw invalidToken('type')
  if (crit !== undefined) throw invalidToken('malformed') // no extension is understood (RFC 7515 §4.1.11)
}

function readHeader(token: string) {
  try {
    return decodeProtectedHeader(token)
  } catch (error) {
    throw invalidToken(faultOfShape(token), error)
  }
}

function isUnknownKey(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey
}

/** jose's codes that are the token's fault. Any other error is ours. */
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

function faultOfClaim({ claim, reason }: errors.JWTClaimValidationFailed): TokenFault {
  if (claim === 'exp' && reason === 'missing') return 'expiry_missing'
  return (reason === 'check_failed' ? CLAIM_FAULTS[claim] : undefined) ?? 'claims'
}

function asTokenFault(error: unknown): unknown {
  if (error instanceof errors.JWTClaimValidationFailed) {
    return invalidToken(faultOfClaim(error), error)
  }
  const fault = error instanceof errors.JOSEError ? FAULTS[error.code] : undefined
  return fault === undefined ? error : invalidToken(fault, error)
}
