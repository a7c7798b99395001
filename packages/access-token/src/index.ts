export type { AccessToken } from './access-token.ts'
export type { AudienceClaim } from './audience.ts'
export {
  createAuthenticator,
  type Authenticator,
  type Credentials,
  type HeaderValue,
} from './authenticator.ts'
export { formatChallenge, type Challenged } from './challenge.ts'
export { AuthError, type AuthErrorCode, type AuthErrorReason } from './errors.ts'
export type { Fetch } from './fetch-json.ts'
export type { AuthenticatorOptions } from './options.ts'
export { requirePermissionsOf } from './permissions.ts'
export { REFUSAL, type ChallengeOptions, type Refusal } from './refusal.ts'
export type { Scheme } from './scheme.ts'
