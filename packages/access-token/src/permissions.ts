import type { AccessToken } from './access-token.ts'
import { insufficientScope } from './errors.ts'

/** @throws {AuthError} `insufficient_scope` unless the token holds every required permission */
export function requirePermissionsOf(token: AccessToken, required: readonly string[]): void {
  if (!required.every((permission) => token.permissions.has(permission))) {
    throw insufficientScope(required)
  }
}
