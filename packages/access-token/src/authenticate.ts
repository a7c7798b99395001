import type { AccessToken } from './access-token.ts'
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

/** Finds out who sends a request. */
export interface Authenticator {
  /**
   * The access token, where nothing is left to verify: it is remembered, and needs no proof. `undefined`: ask
   * `verify`.
   *
   * @throws {AuthError} when the header alone says that the request carries no token, or a malformed one
   */
  readonly recall: (request: AuthRequest) => AccessToken | undefined
  /**
   * Whatever the request carries. It rejects with an `AuthError` when that is no token, or one that is not
   * valid.
   */
  readonly verify: (request: AuthRequest) => Promise<Sender>
}

/** The outcome of one request's credentials, for metrics. */
export type AuthOutcome = 'verified' | 'remembered' | AuthErrorReason | 'error'

interface Checked {
  readonly accessToken: AccessToken
  readonly success: 'verified' | 'remembered'
  /** To be used, where there is one. */
  readonly proof?: ProofUse
}

export interface AuthenticatorOptions extends VerifierOptions {
  readonly production: boolean
  readonly replayMemory: ReplayMemory
  readonly onOutcome: (outcome: AuthOutcome) => void
}

/** From the headers of a request to a verified access token, Bearer (RFC 6750) or DPoP (RFC 9449). */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { keys, now, onOutcome } = options
  const verifyToken = createVerifier(options)
  const memory = createTokenMemory()
  const refusals = createRefusalMemory()

  function find(token: string): AccessToken | undefined {
    const keySet = keys.current()
    return keySet && memory.find(token, keySet, now())
  }

  function recall(request: AuthRequest): AccessToken | undefined {
    let known: AccessToken | undefined
    let credentials: Credentials
    try {
      credentials = findCredentials(request.rawHeaders)
      known = find(credentials.token)
      if (!known) requireWellFormed(credentials.token)
    } catch (error) {
      onOutcome(error instanceof AuthError ? error.reason : 'error')
      throw error
    }
    if (!known || !isPlainBearer(request, credentials, known)) return undefined
    onOutcome('remembered')
    return known
  }

  async function verifyUnlessRefused(token: string): Promise<Verified> {
    const keySet = keys.current()
    if (keySet) refusals.check(token, { keySet, nowMs: now() })
    try {
      return await verifyToken(token)
    } catch (error) {
      if (keySet && keys.current() === keySet && error instanceof AuthError) {
        refusals.remember(token, error, { keySet, nowMs: now() })
      }
      throw error
    }
  }

  async function verifyAndRemember(token: string): Promise<AccessToken> {
    const { accessToken, keySet } = await verifyUnlessRefused(token)
    memory.remember(token, accessToken, keySet)
    return accessToken
  }

  async function verifyRequest(request: AuthRequest): Promise<Checked> {
    const { scheme, token } = findCredentials(request.rawHeaders)
    const known = find(token)
    if (!known) requireWellFormed(token)
    const success = known ? 'remembered' : 'verified'
    const proofs = headerValues(request.rawHeaders, 'dpop')
    if (scheme === 'Bearer' && proofs.length > 0) throw invalidRequest()
    const accessToken = known ?? (await verifyAndRemember(token))
    const thumbprint = thumbprintOf(accessToken)
    if (scheme === 'Bearer') {
      if (accessToken.claims['cnf'] !== undefined) throw invalidToken('bound')
      return { accessToken, success }
    }
    if (thumbprint === undefined) throw invalidToken('unbound')
    const [proof, ...more] = proofs
    if (proof === undefined || more.length > 0) throw invalidProof('proof_count')
    const { method } = request
    const { subject } = accessToken
    const targetUri = request.targetUri()
    const context = { accessToken: token, thumbprint, subject, method, targetUri }
    return { accessToken, success, proof: await verifyProof(proof, context, options) }
  }

  async function verify(request: AuthRequest): Promise<Sender> {
    const { accessToken, success, proof } = await reportFailure(verifyRequest(request))
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

  return { recall, verify }
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
