import { AUTH0_CLAIM } from './access-token.ts'
import { AUDIENCE_CLAIMS, type AudienceClaim } from './audience.ts'
import type { Fetch } from './fetch-json.ts'
import type { IssuerMetadata } from './issuer-metadata.ts'
import { isLoopback } from './loopback.ts'

/** What a token may be signed with: algorithms whose keys are public (RFC 7518 §3.1, RFC 8037, RFC 9864). */
export const ASYMMETRIC_ALGS: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

export interface AuthenticatorOptions {
  /** The issuer's `iss`. Its keys are found by OpenID Connect Discovery or RFC 8414, unless `jwksUri` is set. */
  readonly issuer: string
  /** Who this API is to the issuer. A token must be for one of them. */
  readonly audience: string | readonly string[]
  /** Asymmetric algorithms that a token may be signed with; RS256 alone unless set. */
  readonly algorithms?: readonly string[] | undefined
  /** The claim that must match the audience; `aud` unless set. */
  readonly audienceClaim?: AudienceClaim | undefined
  /**
   * The claim that holds the permissions; `permissions` unless set. A path of names separated by dots. The text
   * of any other claim is split at spaces.
   */
  readonly permissionsClaim?: string | undefined
  /** Where the issuer's keys are. There is no discovery then, and `issuer` is the exact text of `iss`. */
  readonly jwksUri?: string | undefined
  /** How the issuer is asked; the global `fetch` unless set. */
  readonly fetch?: Fetch | undefined
  /** Milliseconds since the epoch; `Date.now` unless set. */
  readonly now?: (() => number) | undefined
}

/** Options that were checked, with what stands in for those that are not set. */
export interface CheckedOptions {
  readonly issuer: IssuerMetadata | { readonly discover: string }
  readonly audiences: readonly [string, ...string[]]
  readonly audienceClaim: AudienceClaim
  readonly signingAlgs: readonly string[]
  readonly permissionsClaim: string
}

/** @throws {TypeError} for the first option that can't be used */
export function checkOptions(options: AuthenticatorOptions): CheckedOptions {
  const { audienceClaim = 'aud', permissionsClaim = AUTH0_CLAIM } = options
  const { algorithms: signingAlgs = ['RS256'] } = options
  if (signingAlgs.length === 0 || !signingAlgs.every((alg) => ASYMMETRIC_ALGS.includes(alg))) {
    throw new TypeError(`algorithms: one or more of ${ASYMMETRIC_ALGS.join(', ')}`)
  }
  if (!AUDIENCE_CLAIMS.includes(audienceClaim)) {
    throw new TypeError(`audienceClaim: one of ${AUDIENCE_CLAIMS.join(', ')}`)
  }
  if (permissionsClaim === '') throw new TypeError('permissionsClaim: the name of a claim')
  const audiences = checkAudiences(options.audience)
  return { issuer: checkIssuer(options), audiences, audienceClaim, signingAlgs, permissionsClaim }
}

function checkAudiences(audience: string | readonly string[]): readonly [string, ...string[]] {
  const [first, ...others] = typeof audience === 'string' ? [audience] : audience
  if (first === undefined || [first, ...others].some((one) => one.trim() === '')) {
    throw new TypeError('audience: one or more texts')
  }
  return [first, ...others]
}

function checkIssuer({ issuer, jwksUri }: AuthenticatorOptions): CheckedOptions['issuer'] {
  if (jwksUri === undefined) {
    if (!isSecure(issuer) || /[?#]/.test(issuer)) {
      throw new TypeError('issuer: an https URL without query and fragment (http only on loopback)')
    }
    return { discover: issuer }
  }
  if (issuer === '') throw new TypeError('issuer: the exact text of iss')
  if (!isSecure(jwksUri)) throw new TypeError('jwksUri: an https URL (http only on loopback)')
  return { issuer, jwksUri }
}

/** Whether nobody between here and there can change the answer. `fetch` refuses user names and passwords. */
function isSecure(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
}
