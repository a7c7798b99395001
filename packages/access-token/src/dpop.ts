import { createHash } from 'node:crypto'
import { JWTClaimValidationFailed, JWTExpired } from 'jose/errors'
import { EmbeddedJWK } from 'jose/jwk/embedded'
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import { jwtVerify } from 'jose/jwt/verify'
import type { JWTPayload, JWTVerifyResult } from 'jose'
import { isLoopback } from './loopback.ts'
import { invalidProof } from './errors.ts'
import { normalizePath } from './normalize-path.ts'
import { DPOP_ALGS, PROOF_CLOCK_TOLERANCE_SECONDS, PROOF_MAX_AGE_SECONDS } from './proof-rules.ts'
import { isCompactJws } from './token-shape.ts'
import type { ProofUse, ReplayMemory } from './replay-memory.ts'

const MAX_PROOF_CHARS = 8 * 1024

export interface ProofContext {
  readonly accessToken: string
  /** `cnf.jkt` of the token: the SHA-256 thumbprint of the key it is bound to (RFC 9449 §6.1). */
  readonly thumbprint: string
  /** The one for whom the token speaks. */
  readonly subject: string | undefined
  readonly method: string
  /** The URL of the request as its sender sees it. */
  readonly targetUri: string
}

interface ProofDependencies {
  readonly now: () => number
  readonly replayMemory: ReplayMemory
  /**
   * In production a plain http address is not accepted as this server's, except on loopback: `Host` can be
   * forged.
   */
  readonly production: boolean
}

/**
 * Checks that a DPoP proof was made for this request, with the key that the token is bound to, and that it
 * was not used before as far as this process knows (RFC 9449 §4.3).
 *
 * @param proof the value of the `DPoP` header
 * @returns its use, which must be remembered before the request is served
 * @throws {AuthError} `invalid_dpop_proof`
 */
export async function verifyProof(
  proof: string,
  context: ProofContext,
  deps: ProofDependencies,
): Promise<ProofUse> {
  const { payload, protectedHeader } = await verifySignature(proof, deps.now())
  const { method, targetUri } = context
  if (payload['htm'] !== method || !isTarget(payload['htu'], targetUri, deps.production)) {
    throw invalidProof('proof_target')
  }
  if (payload['ath'] !== sha256(context.accessToken)) throw invalidProof('proof_token')
  const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk ?? {})
  if (thumbprint !== context.thumbprint) throw invalidProof('proof_key')
  const id = sha256(`${thumbprint} ${String(payload.jti)}`)
  if (deps.replayMemory.has(id)) throw invalidProof('proof_replayed')
  const { subject } = context
  const owner = subject === undefined ? `key ${thumbprint}` : `subject ${subject}`
  return { id, owner: sha256(owner), issuedAtMs: issuedAtMs(payload) }
}

/**
 * Marks a proof as used.
 *
 * @throws {AuthError} `invalid_dpop_proof` when it was used before, `proofs_unavailable` when that can't be
 *   known
 */
export async function useProof(use: ProofUse, memory: ReplayMemory): Promise<void> {
  if (!(await memory.remember(use))) throw invalidProof('proof_replayed')
}

/** Everything in a proof comes from its sender, so any failure here is the fault of the proof. */
async function verifySignature(proof: string, nowMs: number): Promise<JWTVerifyResult> {
  if (proof.length > MAX_PROOF_CHARS || !isCompactJws(proof)) throw invalidProof('proof_malformed')
  let result: JWTVerifyResult
  try {
    result = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: DPOP_ALGS,
      requiredClaims: ['jti', 'htm', 'htu', 'ath'],
      maxTokenAge: PROOF_MAX_AGE_SECONDS,
      clockTolerance: PROOF_CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(nowMs),
    })
  } catch (error) {
    const late = error instanceof JWTExpired || isClaimFailure(error, 'iat')
    throw invalidProof(late ? 'proof_time' : 'proof_malformed', error)
  }
  if (typeof result.payload.jti !== 'string') throw invalidProof('proof_malformed')
  return result
}

/** `iat`, which `maxTokenAge` makes a required number. */
const issuedAtMs = ({ iat = 0 }: JWTPayload): number => iat * 1000

function isClaimFailure(error: unknown, claim: string): boolean {
  return error instanceof JWTClaimValidationFailed && error.claim === claim
}

/**
 * An absolute URI without user information, in the characters of RFC 3986 and others that are often sent in a
 * query.
 */
const ABSOLUTE_URI = /^https?:\/\/[\w.:[\]-]+(?:[/?#][!#-;=?-[\]-~]*)?$/i

/**
 * RFC 9449 §4.3: `htu` is compared without query and fragment, after the normalisation of RFC 3986 §6.2.2: the
 * URL parser does that of case and of dot segments. Text that it would repair (backslashes, blanks, line ends)
 * is not accepted.
 */
function isTarget(htu: unknown, targetUri: string, production: boolean): boolean {
  if (typeof htu !== 'string' || !ABSOLUTE_URI.test(htu)) return false
  if (!URL.canParse(htu) || !URL.canParse(targetUri)) return false
  const [claimed, actual] = [new URL(htu), new URL(targetUri)]
  if (production && actual.protocol === 'http:' && !isLoopback(actual)) return false
  return (
    claimed.origin === actual.origin &&
    normalizePath(claimed.pathname) === normalizePath(actual.pathname)
  )
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url')
