import type { AnyProcedure, AnyRouter } from '@trpc/server'
import { createHybrid } from '../hybrid.ts'
import type { OpenApiDocument, SecurityScheme } from '../openapi/document.ts'
import type { OpenApiMeta } from './options.ts'

export interface GenerateOpenApiDocumentOptions<TMeta = Record<string, unknown>> {
  title: string
  description?: string
  version: string
  baseUrl: string
  docsUrl?: string
  tags?: string[]
  contact?: { name?: string; url?: string; email?: string }
  license?: { name: string; identifier?: string; url?: string }
  securitySchemes?: Readonly<Record<string, SecurityScheme>>
  filter?: (given: {
    metadata: { openapi: NonNullable<OpenApiMeta['openapi']> } & TMeta
  }) => boolean
}

const SCHEMES: Readonly<Record<string, SecurityScheme>> = {
  Authorization: { type: 'http', scheme: 'bearer' },
}

/**
 * The OpenAPI 3.1 document of a router. A procedure is protected unless its meta says `protect: false`.
 *
 * @throws {RouterError} with every procedure that can't be served or described, by name
 */
export function generateOpenApiDocument<TMeta = Record<string, unknown>>(
  router: AnyRouter,
  options: GenerateOpenApiDocumentOptions<TMeta>,
): OpenApiDocument & { externalDocs?: { url: string } } {
  const { baseUrl, docsUrl, tags, securitySchemes = SCHEMES, filter, ...info } = options
  const metaOf = (procedure: AnyProcedure) =>
    procedure._def.meta as Parameters<NonNullable<typeof filter>>[0]['metadata']
  const hybrid = createHybrid({
    router,
    info,
    securitySchemes,
    trustProtect: true,
    missingOutput: 'any',
    securityOf: (procedure) =>
      metaOf(procedure).openapi.protect === false
        ? undefined
        : Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
  })
  const document = hybrid.describe({
    filter: (_path, procedure) => filter?.({ metadata: metaOf(procedure) }) ?? true,
  })
  return {
    ...document,
    servers: [{ url: baseUrl }],
    components: { ...document.components, ...withCode(document.components.schemas) },
    ...(tags && { tags: tags.map((name) => ({ name })) }),
    ...(docsUrl !== undefined && { externalDocs: { url: docsUrl } }),
  }
}

/** The drop-in's errors have a code besides, and issues as zod has them. */
function withCode(schemas: Readonly<Record<string, object>> = {}) {
  const changed = Object.entries(schemas).map(([name, schema]) => {
    const { properties } = schema as { properties?: object }
    if (name === 'InputIssue') return [name, { ...schema, additionalProperties: true }] as const
    if (name !== 'Refusal' && name !== 'InvalidInput') return [name, schema] as const
    return [name, { ...schema, properties: { ...properties, code: { type: 'string' } } }] as const
  })
  return { schemas: Object.fromEntries(changed) }
}
