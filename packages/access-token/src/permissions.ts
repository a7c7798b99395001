import { requireVerified, type AccessToken } from './access-token.ts'
import { insufficientScope } from './errors.ts'

/**
 * @throws {AuthError} `insufficient_scope` unless the token holds every required permission
 * @throws {TypeError} for a token that the verifier did not make
 */
export function requirePermissionsOf(token: AccessToken, required: readonly string[]): void {
  const { permissions } = requireVerified(token)
  if (!required.every((permission) => permissions.has(permission))) {
    throw insufficientScope(required)
  }
}
