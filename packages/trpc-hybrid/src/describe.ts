// What an OpenAPI document of a server's own is made of: see `engine.ts`.
export { errorResponse, ref } from './openapi/components.ts'
export { atOnce, describeApi, type Surroundings } from './openapi/description.ts'
export type { OpenApiDocument, OpenApiInfo, SecurityScheme } from './openapi/document.ts'
export { describeGuard, withSchemes, type DescribeGuard } from './openapi/security.ts'
