import { auth0Metadata, isLoopback, type IssuerMetadata } from '@trpc-hybrid/access-token/engine'
import { parseIssuerUrl } from './parsers.ts'
import type { Settings } from './schema.ts'
import { isQuoted } from './values.ts'

/** Where tokens come from: an issuer whose addresses are known, or any issuer's discovery. */
export type IssuerSetting = IssuerMetadata | { readonly discover: string }

/** @returns `undefined` where no issuer is set */
export function issuerSetting(settings: Settings): IssuerSetting | undefined {
  const { AUTH0_DOMAIN: domain, ISSUER_BASE_URL: issuer, JWKS_URI: jwksUri } = settings
  if (domain !== undefined) return auth0Metadata(`https://${domain}/`)
  if (issuer === undefined) return undefined
  return jwksUri === undefined
    ? { discover: parseIssuerUrl(issuer) ?? issuer }
    : { issuer, jwksUri }
}

/** Rules between the variables that name the issuer. */
export function issuerProblems(env: Readonly<Record<string, string | undefined>>): string[] {
  const { AUTH0_DOMAIN: domain, ISSUER_BASE_URL: issuer, JWKS_URI: jwksUri } = env
  const problems: string[] = []
  if (domain && issuer) {
    problems.push('AUTH0_DOMAIN, ISSUER_BASE_URL: only one of them can be set')
  }
  if (issuer && !isQuoted(issuer) && !jwksUri && parseIssuerUrl(issuer) === undefined) {
    problems.push(
      'ISSUER_BASE_URL: must be the https URL of an OpenID Connect issuer, without query and fragment (http only on loopback); with JWKS_URI it is the exact text of iss',
    )
  }
  if (jwksUri && !isQuoted(jwksUri) && !issuer) {
    problems.push('JWKS_URI: needs ISSUER_BASE_URL, the exact text of iss in the tokens')
  }
  if (jwksUri && env['NODE_ENV'] === 'production' && isForeignHttp(jwksUri)) {
    problems.push('JWKS_URI: must be https in production (http only on loopback)')
  }
  return problems
}

function isForeignHttp(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url?.protocol === 'http:' && !isLoopback(url)
}
