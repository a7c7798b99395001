import type { AnyProcedure, AnyRouter } from '@trpc/server'
import { generateOpenApiDocument as generateAsThere, type OpenApiRouter } from 'trpc-openapi'
import type { z } from 'zod'
import { createHybrid } from '../hybrid.ts'
import type { OpenApiDocument, SecurityScheme } from '../openapi/document.ts'
import type { RestOperation } from '../procedures/operations.ts'
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
  /** `3.1.0` unless it is said. */
  openApiVersion?: `3.1.${number}`
  /** Paths besides those of the router, as zod-openapi takes them. */
  paths?: Readonly<Record<string, object>>
  /** Schemas that are in the document whether they are used or not. */
  defs?: Readonly<Record<string, z.ZodType>>
  filter?: (given: {
    metadata: { openapi: NonNullable<OpenApiMeta['openapi']> } & TMeta
  }) => boolean
}

const SCHEMES: Readonly<Record<string, SecurityScheme>> = {
  Authorization: { type: 'http', scheme: 'bearer' },
}

/**
 * The OpenAPI 3.1 document of a router, as trpc-to-openapi writes it. Where a procedure has what that can't describe,
 * such as a union as its input, the document is our own. A procedure is protected unless its meta says
 * `protect: false`.
 *
 * @throws {RouterError} with every procedure that can't be served or described, by name
 */
export function generateOpenApiDocument<TMeta = Record<string, unknown>>(
  router: AnyRouter,
  options: GenerateOpenApiDocumentOptions<TMeta>,
): OpenApiDocument & { externalDocs?: { url: string } } {
  const { title, version, securitySchemes = SCHEMES, filter } = options
  const metaOf = (procedure: AnyProcedure) =>
    procedure._def.meta as Parameters<NonNullable<typeof filter>>[0]['metadata']
  const hybrid = createHybrid({
    router,
    info: { title, version },
    securitySchemes,
    trustProtect: true,
    missingOutput: 'any',
    securityOf: (procedure) =>
      metaOf(procedure).openapi.protect === false
        ? undefined
        : Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
  })
  const isOurs = ({ meta, headers, deprecation }: RestOperation) =>
    [meta.successStatus, meta.successStatuses].some((one) => one !== undefined) ||
    headers.length + deprecation.length > 0
  if (!hybrid.operations.some(isOurs)) {
    try {
      return describeAsThere(router, options)
    } catch {
      // something in it can be described here alone
    }
  }
  const { paths, components } = hybrid.describe({
    operationIdOf: (path) => path.replaceAll('.', '-'),
    filter: (_path, procedure) => filter?.({ metadata: metaOf(procedure) }) ?? true,
  })
  const frame = describeAsThere(NO_PROCEDURES, options)
  const schemas = { ...withCode(components.schemas), ...frame.components.schemas }
  return {
    ...frame,
    paths: { ...paths, ...frame.paths },
    components: { ...components, ...frame.components, schemas },
  }
}

const NO_PROCEDURES = { _def: { procedures: {} } } as AnyRouter

const describeAsThere = <TMeta>(
  router: AnyRouter,
  options: GenerateOpenApiDocumentOptions<TMeta>,
) =>
  generateAsThere(
    router as OpenApiRouter,
    options as Parameters<typeof generateAsThere>[1],
  ) as unknown as OpenApiDocument

/** The drop-in's errors have a code besides, and issues as zod has them. */
function withCode(schemas: Readonly<Record<string, object>> = {}) {
  const changed = Object.entries(schemas).map(([name, schema]) => {
    const { properties } = schema as { properties?: object }
    if (name === 'InputIssue') return [name, { ...schema, additionalProperties: true }] as const
    if (name !== 'Refusal' && name !== 'InvalidInput') return [name, schema] as const
    return [name, { ...schema, properties: { ...properties, code: { type: 'string' } } }] as const
  })
  return Object.fromEntries(changed)
}
