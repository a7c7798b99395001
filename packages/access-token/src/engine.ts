/*
 * For the packages of this engine, which answer requests over a transport of their own. It may change in any
 * version, so they pin this package exactly.
 */
export { AUTH0_CLAIM, readClaim, type AccessToken } from './access-token.ts'
export { AUDIENCE_CLAIMS, type AudienceClaim, type AudienceRule } from './audience.ts'
export {
  createAuthenticator as createRequestAuthenticator,
  type Authenticate,
  type AuthOutcome,
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
export { createKeySource, type KeyFetch, type KeySourceOptions } from './keys.ts'
export { isLoopback } from './loopback.ts'
export { ASYMMETRIC_ALGS } from './options.ts'
export { requirePermissionsOf } from './permissions.ts'
export { PROOF_LIFETIME_SECONDS } from './proof-rules.ts'
export { REFUSAL, type Refusal, type ChallengeOptions } from './refusal.ts'
export { createReplayMemory, type ReplayMemory } from './replay-memory.ts'
export { schemeOf, type Scheme } from './scheme.ts'
export { decodeClaims, sketchToken } from './token-sketch.ts'
