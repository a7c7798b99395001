/**
 * Modules of oidc-provider that its main entry would load too, but together with a line on the
 * console that calls Node.js 20 unsupported. All we use works on it; our tests run there.
 */
declare module 'oidc-provider/lib/provider.js' {
  export { default as Provider } from 'oidc-provider'
}

/** The store that the provider uses by default, with a warning that production needs another. */
declare module 'oidc-provider/lib/adapters/memory_adapter.js' {
  import type { AdapterFactory } from 'oidc-provider'

  export function createMemoryAdapter(clockToleranceSeconds?: number): AdapterFactory
}

declare module 'oidc-provider/lib/helpers/errors.js' {
  import type { errors } from 'oidc-provider'

  export const InvalidTarget: typeof errors.InvalidTarget
}
