/*
 * For the packages of this engine, which answer requests over a transport of their own. It may change in any
 * version, so they pin this package exactly.
 */
export { AUTH0_CLAIM, readClaim, requireVerified, type AccessToken } from './access-token.ts'
export { AUDIENCE_CLAIMS, type AudienceClaim, type AudienceRule } from './audience.ts'
export {
  createAuthenticator as createRequestAuthenticator,
  type Authenticator as RequestAuthenticator,
  type AuthOutcome,
  type AuthRequest,
  type Sender,
} from './authenticate.ts'
export { findCredentials, headerValues, requireWellFormed } from './authorization-header.ts'
export { createBackground, type InBackground } from './background.ts'
export { formatChallenge } from './challenge.ts'
export { SYSTEM_CLOCKS, type Clocks } from './clocks.ts'
export {
  AUTH_ERRORS,
  AuthError,
  insufficientScope,
  invalidProof,
  invalidRequest,
  invalidToken,
  MISSING_TOKEN,
  proofsUnavailable,
  type AuthErrorCode,
  type AuthErrorReason,
} from './errors.ts'
export type { Fetch } from './fetch-json.ts'
export { IssuerError } from './issuer-error.ts'
export { auth0Metadata, type IssuerMetadata } from './issuer-metadata.ts'
export { createKeySource, type KeyFetch, type KeySource, type KeySourceOptions } from './keys.ts'
export { isLoopback, LOOPBACK_ORIGIN } from './loopback.ts'
export { ASYMMETRIC_ALGS } from './options.ts'
export { requirePermissionsOf } from './permissions.ts'
export { PROOF_CLOCK_TOLERANCE_SECONDS, PROOF_LIFETIME_SECONDS } from './proof-rules.ts'
export { REFUSAL, type Refusal, type ChallengeOptions } from './refusal.ts'
export {
  createReplayMemory,
  type LocalReplayMemory,
  type ProofUse,
  type ReplayMemory,
} from './replay-memory.ts'
export { schemeOf, type Scheme } from './scheme.ts'
export { decodeClaims, sketchToken } from './token-sketch.ts'
export { validityOf } from './validity.ts'
