import { readFileSync } from 'node:fs'
import { STATUS_CODES } from 'node:http'
import { join } from 'node:path'
import { generateOpenApiDocument, type OpenAPIObject, type OpenApiRouter } from 'trpc-openapi'
import { ABOUT } from '../about.ts'
import { PACKAGE_FOLDER } from '../folders.ts'
import { guardOf } from '../procedures/guard.ts'
import type { RestOperation } from '../procedures/operations.ts'
import { forEachNamed, Unfit } from '../procedures/router-error.ts'
import { ComponentSchemas, type Schemas } from './component-schemas.ts'
import { COMPONENTS } from './components.ts'
import { withDateFormat } from './date-format.ts'
import { describeInputs, type DescribedInput } from './inputs.ts'
import { checkOutput } from './json-schema.ts'
import { describeResponses } from './responses.ts'
import { describeSecurity, describeSecuritySchemes, explainGuard, type SignIn } from './security.ts'
import { usedComponents } from './used-components.ts'

type Operation = NonNullable<NonNullable<OpenAPIObject['paths']>[string]['get']>

/**
 * The OpenAPI 3.1 document of REST operations. trpc-openapi writes its frame: paths, operations, tags, and
 * what comes out of a procedure. What goes in is described by zod itself (`inputs.ts` says why). What an
 * operation asks for, and every answer it can give, are read from the guards of its chain.
 *
 * @throws {RouterError} where a procedure can't be described
 */
export function describeApi(operations: readonly RestOperation[], signIn: SignIn): OpenAPIObject {
  const schemes = describeSecuritySchemes(signIn)
  const document = generate(operations, {
    ...INFO,
    baseUrl: '/',
    securitySchemes: schemes,
  })
  const schemas = new ComponentSchemas((document.components?.schemas ?? {}) as Schemas)
  const ids = new Map<string, string>()
  forEachNamed(operations, (rest) => {
    const path = document.paths?.[rest.template.path]
    const operation = path?.[rest.method.toLowerCase() as 'get']
    if (!operation) throw new Unfit('trpc-openapi does not describe it')
    schemas.checkOutput(operation.responses)
    const input = schemas.add(describeInputs(rest))
    completeOperation(operation, { rest, input, schemes: Object.keys(schemes) })
    const id = String(operation.operationId)
    const other = ids.get(id)
    if (other !== undefined) {
      throw new Unfit(`its operationId ${id} is that of ${other}: set another in its openapi meta`)
    }
    ids.set(id, rest.name)
  })
  const components = { ...COMPONENTS, schemas: { ...schemas.all, ...COMPONENTS.schemas } }
  return {
    ...document,
    tags: describeTags(operations),
    components: { ...usedComponents(document.paths, components), securitySchemes: schemes },
  }
}

const { version } = JSON.parse(readFileSync(join(PACKAGE_FOLDER, 'package.json'), 'utf8')) as {
  version: string
}

const INFO = {
  title: ABOUT.title,
  version,
  description: ABOUT.summary,
  contact: { name: ABOUT.title },
  license: { name: 'MIT', identifier: 'MIT' },
  openApiVersion: '3.1.0',
} as const

function describeTags(operations: readonly RestOperation[]) {
  const tags = [...new Set(operations.flatMap(({ meta }) => meta.tags ?? []))]
  return tags.map((tag) => {
    const names = operations.filter(({ meta }) => meta.tags?.includes(tag)).map(({ name }) => name)
    return { name: tag, description: `Over RPC: ${names.map((name) => `\`${name}\``).join(', ')}.` }
  })
}

type GenerateOptions = Parameters<typeof generateOpenApiDocument>[1]

/**
 * The frame, as trpc-openapi writes it. If trpc-openapi fails, it is called for each operation alone, to
 * find and name those that it can't describe.
 */
function generate(operations: readonly RestOperation[], options: GenerateOptions): OpenAPIObject {
  const routerOf = (some: readonly RestOperation[]) =>
    ({
      _def: { procedures: Object.fromEntries(some.map(withoutInput)) },
    }) as unknown as OpenApiRouter
  const dates = forEachNamed(operations, ({ output }) => checkOutput(output)).flat()
  try {
    return withDateFormat(dates, () =>
      structuredClone(generateOpenApiDocument(routerOf(operations), options)),
    )
  } catch (error) {
    forEachNamed(operations, (operation) => {
      try {
        generateOpenApiDocument(routerOf([operation]), options)
      } catch (cause) {
        throw new Unfit(`it can't be described: ${cause instanceof Error ? cause.message : ''}`)
      }
    })
    throw error
  }
}

/** Errors are described here, so that it need not. */
function withoutInput({ name, procedure, meta, template: { path } }: RestOperation) {
  const openapi = { ...meta, path, errorResponses: {} }
  return [name, { _def: { ...procedure._def, inputs: [], meta: { openapi } } }] as const
}

interface Completion {
  readonly rest: RestOperation
  readonly input: DescribedInput
  readonly schemes: readonly string[]
}

function completeOperation(operation: Operation, { rest, input, schemes }: Completion): void {
  const { name, meta, procedure, status, empty } = rest
  const { parameters, requestBody } = input
  const guard = guardOf(procedure)
  operation.operationId = meta.operationId ?? methodName(name)
  operation.description = [operation.description, explainGuard(guard)].filter(Boolean).join('\n\n')
  operation.security = describeSecurity(guard, schemes)
  if (guard.permissions.length > 0) operation['x-permissions'] = guard.permissions
  Object.assign(operation, parameters.length > 0 && { parameters }, requestBody && { requestBody })
  operation.responses = describeResponses(operation.responses?.['200'], {
    ...guard,
    status,
    empty,
    input: rest.input !== undefined,
    body: requestBody !== undefined,
    errors: errorsOf(meta.errorResponses),
  })
}

/** A list has only statuses, whose standard texts are the messages. */
function errorsOf(declared: RestOperation['meta']['errorResponses'] = {}): Record<number, string> {
  const errors = Array.isArray(declared)
    ? Object.fromEntries(declared.map((status) => [status, STATUS_CODES[status] ?? '']))
    : declared
  const wrong = Object.keys(errors).find((status) => !/^[45]\d\d$/.test(status))
  if (wrong === undefined) return errors
  throw new Unfit(`its errorResponses have ${wrong}: write statuses from 400 to 599`)
}

/** What a generated client calls the operation: `reportsById` for the procedure `reports.byId`. */
function methodName(procedurePath: string): string {
  return procedurePath.replace(/\.(\w)/g, (_, letter: string) => letter.toUpperCase())
}
