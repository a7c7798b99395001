/**
 * Modules of oidc-provider that its main entry would load too. But the main entry also prints a line on the
 * console that calls Node.js 20 unsupported. All that we use works on it, and our tests run there.
 */
declare module 'oidc-provider/lib/provider.js' {
  export { default as Provider } from 'oidc-provider'
}

declare module 'oidc-provider/lib/helpers/errors.js' {
  import type { errors } from 'oidc-provider'

  export const AccessDenied: typeof errors.AccessDenied
  export const InvalidGrant: typeof errors.InvalidGrant
  export const InvalidTarget: typeof errors.InvalidTarget
}
