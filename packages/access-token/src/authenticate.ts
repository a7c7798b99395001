import { toAccessToken, type AccessToken } from './access-token.ts'
import {
  findCredentials,
  headerValues,
  requireWellFormed,
  type Credentials,
} from './authorization-header.ts'
import { useProof, verifyProof } from './dpop.ts'
import { AuthError, invalidProof, invalidRequest, invalidToken } from './errors.ts'
import type { AuthErrorReason } from './errors.ts'
import { createRefusalMemory } from './refusal-memory.ts'
import type { ProofUse, ReplayMemory } from './replay-memory.ts'
import { createTokenMemory } from './token-memory.ts'
import { createVerifier, type Verified, type VerifierOptions } from './verifier.ts'

/** What authentication needs to know about a request. */
export interface AuthRequest {
  /** Names and values alternating, as Node gives them. */
  readonly rawHeaders: readonly string[]
  readonly method: string
  /** The URL of the request as its sender sees it; made only where a DPoP proof is checked. */
  readonly targetUri: () => string
}

/** A request's credentials, verified. */
export interface Sender {
  readonly accessToken: AccessToken
  /**
   * Marks its DPoP proof as used, if it has one. Call it before the request is served, and not when the request
   * is refused for another reason.
   *
   * @throws {AuthError} `invalid_dpop_proof` when the proof was used before, `proofs_unavailable` when that
   *   can't be known
   */
  readonly useProof?: () => Promise<void>
}

/**
 * Finds out who sends a request. Gives the access token itself, without a promise, when it is remembered and
 * needs no proof.
 *
 * @throws {AuthError} when the request carries no token, or one that is not valid
 */
export type Authenticate = (request: AuthRequest) => AccessToken | Promise<Sender>

/** The outcome of one request's credentials, for metrics. */
export type AuthOutcome = 'verified' | 'remembered' | AuthErrorReason | 'error'

export interface AuthenticatorOptions extends VerifierOptions {
  readonly production: boolean
  readonly permissionsClaim: string
  readonly replayMemory: ReplayMemory
  readonly onOutcome: (outcome: AuthOutcome) => void
}

/** From the headers of a request to a verified access token, Bearer (RFC 6750) or DPoP (RFC 9449). */
export function createAuthenticator(options: AuthenticatorOptions): Authenticate {
  const { keys, now, permissionsClaim, onOutcome } = options
  const verify = createVerifier(options)
  const memory = createTokenMemory()
  const refusals = createRefusalMemory()

  function recall(token: string): AccessToken | undefined {
    const keySet = keys.current()
    return keySet && memory.find(token, keySet, now())
  }

  async function verifyUnlessRefused(token: string): Promise<Verified> {
    const keySet = keys.current()
    if (keySet) refusals.check(token, { keySet, nowMs: now() })
    try {
      return await verify(token)
    } catch (error) {
      if (keySet && keys.current() === keySet && error instanceof AuthError) {
        refusals.remember(token, error, { keySet, nowMs: now() })
      }
      throw error
    }
  }

  async function verifyAndRemember(token: string): Promise<AccessToken> {
    const { claims, keySet } = await verifyUnlessRefused(token)
    const accessToken = toAccessToken(claims, permissionsClaim)
    memory.remember(token, accessToken, keySet)
    return accessToken
  }

  async function verifyRequest(
    request: AuthRequest,
    { scheme, token }: Credentials,
    known: AccessToken | undefined,
  ): Promise<{ accessToken: AccessToken; proof?: ProofUse }> {
    const proofs = headerValues(request.rawHeaders, 'dpop')
    if (scheme === 'Bearer' && proofs.length > 0) throw invalidRequest()
    const accessToken = known ?? (await verifyAndRemember(token))
    const thumbprint = thumbprintOf(accessToken)
    if (scheme === 'Bearer') {
      if (accessToken.claims['cnf'] !== undefined) throw invalidToken('bound')
      return { accessToken }
    }
    if (thumbprint === undefined) throw invalidToken('unbound')
    const [proof, ...more] = proofs
    if (proof === undefined || more.length > 0) throw invalidProof('proof_count')
    const { method } = request
    const { subject } = accessToken
    const targetUri = request.targetUri()
    const context = { accessToken: token, thumbprint, subject, method, targetUri }
    return { accessToken, proof: await verifyProof(proof, context, options) }
  }

  async function verifyAndReport(
    request: AuthRequest,
    credentials: Credentials,
    known: AccessToken | undefined,
  ): Promise<Sender> {
    const success = known ? 'remembered' : 'verified'
    const verifying = verifyRequest(request, credentials, known)
    const { accessToken, proof } = await reportFailure(verifying)
    if (!proof) {
      onOutcome(success)
      return { accessToken }
    }
    return {
      accessToken,
      async useProof() {
        await reportFailure(useProof(proof, options.replayMemory))
        onOutcome(success)
      },
    }
  }

  async function reportFailure<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      onOutcome(error instanceof AuthError ? error.reason : 'error')
      throw error
    }
  }

  return function authenticate(request) {
    let credentials: Credentials
    let known: AccessToken | undefined
    try {
      credentials = findCredentials(request.rawHeaders)
      known = recall(credentials.token)
      if (!known) requireWellFormed(credentials.token)
    } catch (error) {
      if (error instanceof AuthError) onOutcome(error.reason)
      throw error
    }
    if (known && isPlainBearer(request, credentials, known)) {
      onOutcome('remembered')
      return known
    }
    return verifyAndReport(request, credentials, known)
  }
}

/** Needs no proof and sends none: once the token is known, nothing is left to verify. */
function isPlainBearer(request: AuthRequest, { scheme }: Credentials, token: AccessToken): boolean {
  return (
    scheme === 'Bearer' &&
    token.claims['cnf'] === undefined &&
    headerValues(request.rawHeaders, 'dpop').length === 0
  )
}

/** `cnf.jkt` (RFC 9449 §6.1). */
function thumbprintOf({ claims }: AccessToken): string | undefined {
  const confirmation: unknown = claims['cnf']
  if (typeof confirmation !== 'object' || confirmation === null) return undefined
  return 'jkt' in confirmation && typeof confirmation.jkt === 'string'
    ? confirmation.jkt
    : undefined
}
