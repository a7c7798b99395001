import { createHash } from 'node:crypto'
import type { RequestHandler } from 'express'
import { generateOpenApiDocument, type OpenAPIObject } from 'trpc-openapi'
import { guardOf, type ApiRouter } from '../trpc.ts'
import { ERROR_SCHEMAS, errorResponses, REQUEST_ID } from './error-responses.ts'
import { restOperations, type RestOperation } from './operations.ts'

export const DESCRIPTION_PATH = '/api/openapi.json'

const SECURITY_SCHEMES = {
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token of the issuer, as RFC 6750 describes.',
  },
} as const

/**
 * The OpenAPI 3.1 document of every procedure with an `openapi` meta. trpc-openapi writes it; what an
 * operation asks for, and the errors it can answer with, are then set from the guards of its chain.
 */
export function describeApi(router: ApiRouter): OpenAPIObject {
  const document = structuredClone(
    generateOpenApiDocument(router, {
      title: 'Messages API',
      version: '1.0.0',
      description: 'Three messages over REST and tRPC, protected by OAuth 2.0 access tokens.',
      baseUrl: '/',
      openApiVersion: '3.1.0',
      securitySchemes: SECURITY_SCHEMES,
    }),
  )
  for (const operation of restOperations(router)) describeGuards(document, operation)
  const schemas = Object.entries(document.components?.schemas ?? {})
  document.components = {
    ...document.components,
    schemas: {
      ...Object.fromEntries(schemas.filter(([name]) => !name.startsWith('error.'))), // the library's own
      ...ERROR_SCHEMAS,
    },
  }
  return document
}

function describeGuards(document: OpenAPIObject, { method, path, procedure }: RestOperation): void {
  const operation = document.paths?.[path]?.[method.toLowerCase() as 'get']
  if (!operation) return
  const { token, permissions } = guardOf(procedure)
  const input = Boolean(operation.parameters?.length ?? operation.requestBody)
  const success = operation.responses?.['200'] as object
  operation.security = token ? [{ accessToken: [] }] : []
  operation.responses = {
    200: { ...success, headers: { 'X-Request-Id': REQUEST_ID } },
    ...errorResponses({ input, token, permissions }),
  }
  if (permissions.length === 0) return
  const needs = `Needs the permission ${permissions.map((name) => `\`${name}\``).join(', ')}.`
  operation.description = [operation.description, needs].filter(Boolean).join('\n\n')
}

/** Serves the document as it was made at start, with an `ETag` so that it is fetched once. */
export function createDescriptionHandler(document: OpenAPIObject): RequestHandler {
  const body = JSON.stringify(document)
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`
  return (_req, res) => {
    res.setHeader('etag', etag)
    res.setHeader('cache-control', 'no-cache')
    res.type('json').send(body) // Express answers 304 to a matching If-None-Match
  }
}
