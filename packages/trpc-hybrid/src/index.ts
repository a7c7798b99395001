export {
  FeatureError,
  type FeatureErrorCode,
  type FeatureErrorOptions,
} from './errors/feature-error.ts'
export type { ErrorHeaders } from './errors/answer-error.ts'
export type { Fault, OnError } from './errors/faults.ts'
export type { InputIssue } from './errors/input-issues.ts'
export type { PublicError } from './errors/public-error.ts'
export { REFUSAL, type BrandedError, type Refusal } from './errors/refusal.ts'
export { fileOutput, type FileBody, type FileOutput } from './file-output.ts'
export { formInput } from './form-input.ts'
export { RouterError } from './errors/router-error.ts'
export { createGuard, type Guard, type GuardDescription, type GuardOptions } from './guard.ts'
export { requireHeaders, type HeadersSchema, type HeaderSource } from './require-headers.ts'
export { createHybrid, type DescriptionChanges, type Hybrid, type HybridOptions } from './hybrid.ts'
export type {
  OpenApiComponents,
  OpenApiDocument,
  OpenApiInfo,
  OpenApiOperation,
  OpenApiPathItem,
  SecurityScheme,
} from './openapi/document.ts'
export type { Answer } from './answer.ts'
export type { HybridRequest } from './request.ts'
export type { Route } from './route.ts'
export { around, type CallAround, type Ran, type RunInside } from './run-inside.ts'
export type { Guarded, SecurityRequirement } from './procedures/guard.ts'
export type { DefaultMeta, RestOperation } from './procedures/operations.ts'
export type { DescribeOptions, Surroundings } from './openapi/description.ts'
export type { DescribeGuard, GuardAnswers } from './openapi/security.ts'
export type { HybridLimits } from './routes.ts'
export { loadRouter } from './procedures/load-router.ts'
export type {
  HybridMeta,
  RestMeta,
  RestMethod,
  SuccessStatus,
  ToolAnnotations,
  ToolMeta,
} from './procedures/meta.ts'
export type { ToolSource } from './mcp/tools.ts'
