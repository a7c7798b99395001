import type { RequestHandler } from 'express'
import { generateOpenApiDocument, type OpenAPIObject } from 'trpc-openapi'
import type { IssuerMetadata } from '../auth/issuer-metadata.ts'
import { guardOf } from '../procedures/guard.ts'
import type { ApiRouter } from '../trpc.ts'
import { sendWithEtag } from '../http/etag.ts'
import { COMPONENTS } from './components.ts'
import { describeResponses } from './responses.ts'
import { describeSecurity, describeSecuritySchemes, explainGuard } from './security.ts'
import { usedComponents } from './used-components.ts'
import { restOperations, type RestOperation } from '../procedures/operations.ts'

export const DESCRIPTION_PATH = '/api/openapi.json'

type Operation = NonNullable<NonNullable<OpenAPIObject['paths']>[string]['get']>

/**
 * The OpenAPI 3.1 document of every procedure with an `openapi` meta. trpc-openapi writes it; what an
 * operation asks for, and every answer it can give, are then set from the guards of its chain.
 *
 * @param issuer where one signs in: without it only the bearer scheme is described
 */
export function describeApi(router: ApiRouter, issuer: IssuerMetadata | undefined): OpenAPIObject {
  const schemes = describeSecuritySchemes(issuer)
  const document = structuredClone(
    generateOpenApiDocument(router, {
      title: 'Messages API',
      version: '1.0.0',
      description: 'Three messages over REST and tRPC, protected by OAuth 2.0 access tokens.',
      license: { name: 'MIT', identifier: 'MIT' },
      baseUrl: '/',
      openApiVersion: '3.1.0',
      securitySchemes: schemes,
    }),
  )
  for (const rest of restOperations(router)) {
    const operation = document.paths?.[rest.template.path]?.[rest.method.toLowerCase() as 'get']
    if (operation) completeOperation(operation, rest, Object.keys(schemes))
  }
  const { schemas } = document.components ?? {}
  const components = { ...COMPONENTS, schemas: { ...schemas, ...COMPONENTS.schemas } }
  return {
    ...document,
    components: { ...usedComponents(document.paths, components), securitySchemes: schemes },
  }
}

function completeOperation(
  operation: Operation,
  { name, meta, procedure }: RestOperation,
  schemes: readonly string[],
): void {
  const guard = guardOf(procedure)
  const { operationId, errorResponses = {} } = meta
  operation.operationId = operationId ?? methodName(name)
  operation.description = [operation.description, explainGuard(guard)].filter(Boolean).join('\n\n')
  operation.security = describeSecurity(guard, schemes)
  operation.responses = describeResponses(operation.responses?.['200'], {
    ...guard,
    input: operation.parameters !== undefined || operation.requestBody !== undefined,
    body: operation.requestBody !== undefined,
    errors: Array.isArray(errorResponses) ? {} : errorResponses,
  })
}

/** What a generated client calls the operation: `reportsById` for the procedure `reports.byId`. */
function methodName(procedurePath: string): string {
  return procedurePath.replace(/\.(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/**
 * Serves the document with an `ETag`, so that it is fetched once. It is made when it is first asked
 * for, and again when more is known of the issuer.
 */
export function createDescriptionHandler(options: {
  readonly router: ApiRouter
  readonly issuerMetadata: () => IssuerMetadata | undefined
}): RequestHandler {
  let made: { body: string; issuer: IssuerMetadata | undefined } | undefined
  return (_req, res) => {
    const issuer = options.issuerMetadata()
    if (!made || made.issuer !== issuer) {
      made = { body: JSON.stringify(describeApi(options.router, issuer)), issuer }
    }
    sendWithEtag(res, { type: 'json', body: made.body })
  }
}
