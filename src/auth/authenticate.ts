import { toAccessToken, type AccessToken } from './access-token.ts'
import { headerValues, readCredentials, type Credentials } from './authorization-header.ts'
import { verifyProof } from './dpop.ts'
import { AuthError, invalidProof, invalidRequest, invalidToken } from './errors.ts'
import type { AuthErrorReason } from './errors.ts'
import type { ReplayMemory } from './replay-memory.ts'
import { createTokenMemory } from './token-memory.ts'
import { createVerifier, type VerifierOptions } from './verifier.ts'

/** What authentication needs to know of a request. */
export interface AuthRequest {
  /** Names and values by turns, as Node gives them. */
  readonly rawHeaders: readonly string[]
  readonly method: string
  /** The URL of the request as its sender sees it; made only where a DPoP proof is checked. */
  readonly targetUri: () => string
}

/**
 * The verified access token of a request; at once, without a promise, when it is remembered.
 *
 * @throws {AuthError} when the request carries none, or one that is not valid
 */
export type Authenticate = (request: AuthRequest) => AccessToken | Promise<AccessToken>

/** What became of the credentials of one request, for metrics. */
export type AuthOutcome = 'verified' | 'remembered' | AuthErrorReason | 'error'

export interface AuthenticatorOptions extends VerifierOptions {
  readonly permissionsClaim: string
  readonly replayMemory: ReplayMemory
  readonly onOutcome: (outcome: AuthOutcome) => void
}

/** From the headers of a request to a verified access token, Bearer (RFC 6750) or DPoP (RFC 9449). */
export function createAuthenticator(options: AuthenticatorOptions): Authenticate {
  const { keys, now, permissionsClaim, onOutcome } = options
  const verify = createVerifier(options)
  const memory = createTokenMemory()

  function recall(token: string): AccessToken | undefined {
    const keySet = keys.current()
    return keySet && memory.find(token, keySet, now())
  }

  async function verifyAndRemember(token: string): Promise<AccessToken> {
    const { claims, keySet } = await verify(token)
    const accessToken = toAccessToken(claims, permissionsClaim)
    memory.remember(token, accessToken, keySet)
    return accessToken
  }

  async function verifyRequest(
    request: AuthRequest,
    { scheme, token }: Credentials,
    known: AccessToken | undefined,
  ): Promise<AccessToken> {
    const proofs = headerValues(request.rawHeaders, 'dpop')
    if (scheme === 'Bearer' && proofs.length > 0) throw invalidRequest()
    const accessToken = known ?? (await verifyAndRemember(token))
    const thumbprint = thumbprintOf(accessToken)
    if (scheme === 'Bearer') {
      if (accessToken.claims['cnf'] !== undefined) throw invalidToken('bound')
      return accessToken
    }
    if (thumbprint === undefined) throw invalidToken('unbound')
    const [proof, ...more] = proofs
    if (proof === undefined || more.length > 0) throw invalidProof('proof_count')
    const { method } = request
    const context = { accessToken: token, thumbprint, method, targetUri: request.targetUri() }
    await verifyProof(proof, context, options)
    return accessToken
  }

  async function verifyAndReport(
    request: AuthRequest,
    credentials: Credentials,
    known: AccessToken | undefined,
  ): Promise<AccessToken> {
    try {
      const accessToken = await verifyRequest(request, credentials, known)
      onOutcome(known ? 'remembered' : 'verified')
      return accessToken
    } catch (error) {
      onOutcome(error instanceof AuthError ? error.reason : 'error')
      throw error
    }
  }

  return function authenticate(request) {
    let credentials: Credentials
    try {
      credentials = readCredentials(request.rawHeaders)
    } catch (error) {
      if (error instanceof AuthError) onOutcome(error.reason)
      throw error
    }
    const known = recall(credentials.token)
    if (known && isPlainBearer(request, credentials, known)) {
      onOutcome('remembered')
      return known
    }
    return verifyAndReport(request, credentials, known)
  }
}

/** Needs no proof and brings none: nothing is left to verify once the token is known. */
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
