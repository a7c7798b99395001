import { formatChallenge } from './challenge.ts'
import { REFUSAL, type Refusal } from './refusal.ts'
import type { Scheme } from './scheme.ts'

/** The refusals of RFC 6750 §3.1 and RFC 9449 §7.1, and the ones without a code there. */
export const AUTH_ERRORS = {
  /** Never sent as a code: RFC 6750 §3.1 asks for a bare challenge. */
  missing_token: { status: 401, message: 'Requires authentication' },
  invalid_request: {
    status: 400,
    message: 'Authorization header value must follow this format: Bearer access-token',
  },
  invalid_token: { status: 401, message: 'Bad credentials' },
  invalid_dpop_proof: { status: 401, message: 'Bad credentials' },
  insufficient_scope: { status: 403, message: 'Permission denied' },
  /** The fault is ours, not the sender's: the token may be good, so there is no challenge. */
  keys_unavailable: { status: 503, message: 'Service Unavailable' },
  /** It can't be known whether a DPoP proof was used before: it may be good. */
  proofs_unavailable: { status: 503, message: 'Service Unavailable' },
} as const

export type AuthErrorCode = keyof typeof AUTH_ERRORS

/** What can be wrong with a token, and what its sender is told (`error_description`). */
const TOKEN_FAULTS = {
  malformed: 'The access token is malformed',
  opaque: 'The access token is opaque: a signed JWT for this API is needed',
  encrypted: 'The access token is encrypted: a signed JWT for this API is needed',
  too_long: 'The access token is too long',
  type: 'The token is not an access token',
  algorithm: 'The signing algorithm is not accepted',
  unknown_key: 'The signing key is not known',
  signature: 'The signature is not valid',
  issuer: 'The issuer is not accepted',
  audience: 'The access token is for another audience',
  audience_missing: 'The access token names no audience',
  expiry_missing: 'The access token has no expiry time',
  claims: 'A claim is missing or malformed',
  expired: 'The access token expired',
  not_yet_valid: 'The access token is not valid yet',
  bound: 'The access token is bound to a key and must be sent with a proof of it',
  unbound: 'The access token is not bound to a key',
} as const

/** What can be wrong with a DPoP proof (RFC 9449 §4.3). */
const PROOF_FAULTS = {
  proof_count: 'Exactly one DPoP proof is needed',
  proof_malformed: 'The DPoP proof is malformed or its signature is not valid',
  proof_time: 'The DPoP proof is too old or from the future',
  proof_target: 'The DPoP proof is for another request',
  proof_token: 'The DPoP proof is for another access token',
  proof_key: 'The DPoP proof is signed with another key',
  proof_replayed: 'The DPoP proof was used before',
} as const

const DESCRIPTIONS: Partial<Record<AuthErrorReason, string>> = { ...TOKEN_FAULTS, ...PROOF_FAULTS }

export type TokenFault = keyof typeof TOKEN_FAULTS
export type ProofFault = keyof typeof PROOF_FAULTS

/** Exactly why a request was refused: a closed list, fit for a metric's label. */
export type AuthErrorReason =
  Exclude<AuthErrorCode, 'invalid_token' | 'invalid_dpop_proof'> | TokenFault | ProofFault

interface Details {
  readonly reason: AuthErrorReason
  /** The permissions that were needed. */
  readonly permissions?: readonly string[]
  readonly retryAfterSeconds?: number | undefined
  /** The scheme of the refused credentials. */
  readonly scheme?: Scheme | undefined
  readonly cause?: unknown
}

/** A request that is refused because it has no good access token. Status and challenge follow from the code. */
export class AuthError extends Error {
  readonly code: AuthErrorCode
  readonly reason: AuthErrorReason
  readonly permissions: readonly string[]
  readonly retryAfterSeconds: number | undefined
  /** Of the refused credentials; `undefined` where it is not known. */
  readonly scheme: Scheme | undefined

  constructor(code: AuthErrorCode, details: Details) {
    super(`${code} (${details.reason})`, { cause: details.cause })
    this.name = 'AuthError'
    this.code = code
    this.reason = details.reason
    this.permissions = details.permissions ?? []
    this.retryAfterSeconds = details.retryAfterSeconds
    this.scheme = details.scheme
  }

  get status(): (typeof AUTH_ERRORS)[AuthErrorCode]['status'] {
    return AUTH_ERRORS[this.code].status
  }

  /** What an answer with this refusal needs: `www-authenticate`, `retry-after`. */
  get headers(): Record<string, string> {
    const challenge = formatChallenge(this)
    return {
      ...(challenge !== undefined && { 'www-authenticate': challenge }),
      ...retryAfter(this),
    }
  }

  get [REFUSAL](): Refusal {
    return {
      status: this.status,
      message: AUTH_ERRORS[this.code].message,
      headers: this.headers,
      permissions: this.permissions,
      challenge: (options) => formatChallenge(this, options),
    }
  }

  /** The `error_description` of the challenge: always one of our own texts (RFC 6750 §3). */
  get description(): string | undefined {
    return DESCRIPTIONS[this.reason]
  }
}

const retryAfter = ({ retryAfterSeconds: seconds }: AuthError): Record<string, string> =>
  seconds === undefined ? {} : { 'retry-after': String(seconds) }

/** The same refusal, of credentials of that scheme: its challenge then offers no other. */
export function refusalIn(scheme: Scheme | undefined, error: AuthError): AuthError {
  const { code, reason, permissions, retryAfterSeconds, cause } = error
  return new AuthError(code, { reason, permissions, retryAfterSeconds, scheme, cause })
}

/** One object for all requests without a token: the stack of a new error costs 5 µs. */
export const MISSING_TOKEN = new AuthError('missing_token', { reason: 'missing_token' })

export const invalidRequest = () => new AuthError('invalid_request', { reason: 'invalid_request' })

export const invalidToken = (reason: TokenFault, cause?: unknown) =>
  new AuthError('invalid_token', { reason, cause })

export const invalidProof = (reason: ProofFault, cause?: unknown) =>
  new AuthError('invalid_dpop_proof', { reason, cause })

export const insufficientScope = (permissions: readonly string[]) =>
  new AuthError('insufficient_scope', { reason: 'insufficient_scope', permissions })

export const proofsUnavailable = (retryAfterSeconds: number, cause?: unknown) =>
  new AuthError('proofs_unavailable', { reason: 'proofs_unavailable', retryAfterSeconds, cause })

export const keysUnavailable = (retryAfterSeconds: number, cause?: unknown) =>
  new AuthError('keys_unavailable', { reason: 'keys_unavailable', retryAfterSeconds, cause })
