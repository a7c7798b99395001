/** An OpenAPI 3.1 document. Types of its own, so that no other package is needed to compile against them. */
export interface OpenApiDocument {
  readonly openapi: string
  readonly info: OpenApiInfo
  readonly servers?: readonly { readonly url: string; readonly description?: string }[]
  readonly tags?: readonly { readonly name: string; readonly description?: string }[]
  readonly paths: Readonly<Record<string, OpenApiPathItem>>
  readonly components: OpenApiComponents
}

export interface OpenApiInfo {
  readonly title: string
  readonly version: string
  readonly summary?: string
  /** Markdown. */
  readonly description?: string
  readonly termsOfService?: string
  readonly contact?: { readonly name?: string; readonly url?: string; readonly email?: string }
  readonly license?: { readonly name: string; readonly identifier?: string; readonly url?: string }
}

/** Operations by their method in lower case. */
export type OpenApiPathItem = Readonly<Record<string, OpenApiOperation>>

export interface OpenApiOperation {
  readonly operationId: string
  readonly summary?: string
  readonly description?: string
  readonly deprecated?: boolean
  readonly tags?: readonly string[]
  readonly parameters?: readonly object[]
  readonly requestBody?: object
  readonly responses: Readonly<Record<string, object>>
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  /** Those that the caller needs. */
  readonly 'x-permissions'?: readonly string[]
}

export interface OpenApiComponents {
  readonly schemas?: Readonly<Record<string, object>>
  readonly headers?: Readonly<Record<string, object>>
  readonly responses?: Readonly<Record<string, object>>
  readonly securitySchemes?: Readonly<Record<string, SecurityScheme>>
}

/** A security scheme of OpenAPI 3.1, such as `{ type: 'apiKey', in: 'header', name: 'X-API-Key' }`. */
export type SecurityScheme = { readonly description?: string } & (
  | { readonly type: 'http'; readonly scheme: string; readonly bearerFormat?: string }
  | { readonly type: 'apiKey'; readonly in: 'header' | 'query' | 'cookie'; readonly name: string }
  | { readonly type: 'oauth2'; readonly flows: Readonly<Record<string, object>> }
  | { readonly type: 'openIdConnect'; readonly openIdConnectUrl: string }
  | { readonly type: 'mutualTLS' }
)
