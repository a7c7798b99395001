export { around, FeatureError, requireHeaders } from 'trpc-hybrid/engine'
export type { FeatureErrorCode, SecurityScheme } from 'trpc-hybrid'
export type { AccessToken } from '@trpc-hybrid/access-token'
export { apiDefaults, type ApiErrorShape } from './api-defaults.ts'
export { createGuard, type GuardOptions, type GuardRequest } from './create-guard.ts'
export type { ApiContext, ApiMeta, RequestLog } from './context.ts'
export { ConfigError } from './config/config-error.ts'
export {
  defineApi,
  type AddRoutes,
  type Api,
  type ApiOfRouter,
  type ApiOfSettings,
  type ApiParts,
  type SecuritySchemes,
  type SettingsOf,
  type SettingsShape,
} from './define-api.ts'
export type { CallAs, CallerOf, Person } from './jobs/call-as.ts'
export {
  rawBody,
  type OwnRoutes,
  type RouteHandler,
  type RouteRequest,
  type RouteResponse,
} from './own-routes.ts'
export { requirePermissions, requireToken } from './guards.ts'
export type { Resource } from './resources.ts'
export { run } from './run.ts'
export { requireVersion, setVersion } from './versions.ts'
export { serve, type Environment, type Running } from './serve.ts'
