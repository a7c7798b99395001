export { FeatureError, type FeatureErrorCode } from 'trpc-hybrid'
export type { AccessToken } from '@trpc-hybrid/access-token'
export { createGuard, requireHeaders } from 'trpc-hybrid'
export { apiDefaults, type ApiErrorShape } from './api-defaults.ts'
export type { ApiContext, ApiMeta, RequestLog } from './context.ts'
export { ConfigError } from './config/config-error.ts'
export {
  defineApi,
  type Api,
  type ApiOfRouter,
  type ApiOfSettings,
  type ApiParts,
  type SettingsOf,
  type SettingsShape,
} from './define-api.ts'
export { requirePermissions, requireToken } from './guards.ts'
export type { Resource } from './resources.ts'
export { run } from './run.ts'
export { requireVersion, setVersion } from './versions.ts'
export { serve, type Environment, type Running } from './serve.ts'
