import type { Settings } from './schema.ts'

/**
 * Settings that can be used, but may not be what was meant. They are reported once at start, and never prevent
 * it. Each names its variable and shows no value.
 */
export function doubtsAbout(settings: Settings): string[] {
  const warnings: string[] = []
  const hasIssuer = settings.AUTH0_DOMAIN !== undefined || settings.ISSUER_BASE_URL !== undefined
  if (settings.NODE_ENV === undefined && hasIssuer) {
    warnings.push(
      'NODE_ENV: is not set, so this is not production mode: set it to production, or to development if that is meant',
    )
  }
  if (settings.AUTH0_DOMAIN !== undefined && settings.PERMISSIONS_CLAIM === 'scope') {
    warnings.push(
      'PERMISSIONS_CLAIM: is scope, and Auth0 grants any scope of the API to anyone who asks, unless RBAC is enabled for it: use permissions',
    )
  }
  if (settings.NODE_ENV === 'production' && settings.PUBLIC_URL === undefined) {
    warnings.push(
      'PUBLIC_URL: is not set, so DPoP proofs are compared with the Host that each request names: set it if clients use DPoP',
    )
  }
  return warnings
}
