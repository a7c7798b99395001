import { generateOpenApiDocument, type OpenAPIObject, type OpenApiRouter } from 'trpc-openapi'
import { Problems, Unfit } from '../errors/router-error.ts'
import { statusText } from '../errors/status-text.ts'
import { isGuarded } from '../procedures/guard.ts'
import type { RestOperation } from '../procedures/operations.ts'
import { ComponentSchemas, type Schemas } from './component-schemas.ts'
import { COMPONENTS } from './components.ts'
import type { OpenApiDocument, OpenApiInfo, OpenApiOperation, SecurityScheme } from './document.ts'
import { withCorrections } from './corrections.ts'
import { describeInputs, type DescribedInput } from './inputs.ts'
import { checkOutput, explainOutput, sharedId, tidied, type CheckedOutput } from './json-schema.ts'
import { withDeprecation } from './deprecation.ts'
import { describeResponses } from './responses.ts'
import { describeSecurity, explainGuard, type DescribeGuard } from './security.ts'
import { usedComponents } from './used-components.ts'

type Operation = NonNullable<NonNullable<OpenAPIObject['paths']>[string]['get']>

/** What an API says of itself. */
export interface DescribeOptions {
  readonly info: OpenApiInfo
  readonly securitySchemes: Readonly<Record<string, SecurityScheme>>
  /** Schemes that may stand in for the one named: `{ bearer: ['bearer', 'oauth2'] }`. */
  readonly alternatives: Readonly<Record<string, readonly string[]>>
  readonly describeGuard: DescribeGuard
  readonly surroundings: Surroundings
  /** The id where a meta says none: `reportsById` for the procedure `reports.byId` unless it is said. */
  readonly operationIdOf?: (procedurePath: string) => string
}

/** What stands around the procedures, and is therefore said of each of them. */
export interface Surroundings {
  /** On every answer, by name. */
  readonly headers: Readonly<Record<string, object>>
  /** Answers that any operation can give, by status, such as 429. */
  readonly responses: Readonly<Record<number, object>>
  /** Those of one operation. */
  readonly responsesOf?: (operation: RestOperation) => Readonly<Record<number, object>>
  /** What these refer to. */
  readonly components: Readonly<Record<'headers' | 'responses', Readonly<Record<string, object>>>>
}

/**
 * The OpenAPI 3.1 document of REST operations. trpc-openapi writes its frame: paths, operations, tags, and
 * what comes out of a procedure. What goes in is described by zod itself (`inputs.ts` says why). What an
 * operation asks for, and every answer it can give, are read from the guards of its chain.
 *
 * @throws {RouterError} where a procedure can't be described
 */
export function describeApi(
  operations: readonly RestOperation[],
  options: DescribeOptions,
): OpenApiDocument {
  const problems = new Problems()
  const document = describeFit(operations, options, problems)
  problems.throwAny()
  return document
}

/** The document of the operations that can be described. Others are problems. */
export function describeFit(
  operations: readonly RestOperation[],
  options: DescribeOptions,
  problems: Problems,
): OpenApiDocument {
  const inputs = new Map(
    problems.collect(operations, (rest) => [rest, describeInputs(rest)] as const),
  )
  const { document, described } = generate(operations, {
    problems,
    frame: { ...options.info, openApiVersion: '3.1.0', baseUrl: '/' },
  })
  const schemas = new ComponentSchemas((document.components?.schemas ?? {}) as Schemas)
  const ids = new Map<string, string>()
  const complete = (rest: RestOperation) => {
    const given = inputs.get(rest)
    if (!given) return
    const path = document.paths?.[rest.template.path]
    const operation = path?.[rest.method.toLowerCase() as 'get']
    if (!operation) throw new Unfit('trpc-openapi does not describe it')
    schemas.checkOutput(operation.responses)
    const input = schemas.add(given, rest.name)
    completeOperation(operation, { rest, input, options })
    const id = String(operation.operationId)
    const other = ids.get(id)
    if (other !== undefined) {
      throw new Unfit(`its operationId ${id} is that of ${other}: set another in its openapi meta`)
    }
    ids.set(id, rest.name)
  }
  for (const rest of described)
    problems.attempt(rest, () => {
      complete(rest)
    })
  const { headers, responses } = componentsOf(options)
  const used = usedComponents(document.paths, {
    schemas: { ...schemas.all, ...COMPONENTS.schemas },
    headers,
    responses: withHeaders(responses, options),
  })
  return {
    ...(document as unknown as OpenApiDocument),
    info: options.info,
    tags: describeTags(operations),
    components: { ...used, securitySchemes: options.securitySchemes },
  }
}

/** Those of every API, and those of the surroundings. */
const componentsOf = ({
  surroundings: { components },
}: DescribeOptions): Surroundings['components'] => ({
  headers: { ...COMPONENTS.headers, ...components.headers },
  responses: { ...COMPONENTS.responses, ...components.responses },
})

/** Answers with the headers that every answer has. Those that only refer to a component have them there. */
function withHeaders(
  responses: Readonly<Record<string, object>>,
  { surroundings: { headers } }: DescribeOptions,
): Record<string, object> {
  if (Object.keys(headers).length === 0) return { ...responses }
  return Object.fromEntries(
    Object.entries(responses).map(([name, response]: [string, { headers?: object }]) => [
      name,
      '$ref' in response ? response : { ...response, headers: { ...headers, ...response.headers } },
    ]),
  )
}

function describeTags(operations: readonly RestOperation[]) {
  const tags = [...new Set(operations.flatMap(({ meta }) => meta.tags ?? []))]
  return tags.map((tag) => {
    const names = operations.filter(({ meta }) => meta.tags?.includes(tag)).map(({ name }) => name)
    return { name: tag, description: `Over RPC: ${names.map((name) => `\`${name}\``).join(', ')}.` }
  })
}

interface GenerateOptions {
  readonly frame: Parameters<typeof generateOpenApiDocument>[1]
  readonly problems: Problems
}

interface Generated {
  readonly document: OpenAPIObject
  readonly described: readonly RestOperation[]
}

/**
 * The frame, as trpc-openapi writes it. If trpc-openapi fails, it is called for each operation alone, to
 * find and name those that it can't describe.
 */
function generate(
  operations: readonly RestOperation[],
  { frame, problems }: GenerateOptions,
): Generated {
  const routerOf = (some: readonly RestOperation[]) =>
    ({
      _def: { procedures: Object.fromEntries(some.map(withoutInput)) },
    }) as unknown as OpenApiRouter
  const checkId = createIdCheck()
  const checked = problems.collect(operations, (rest) => {
    const output = checkOutput(rest.output)
    checkId(rest.name, output)
    return { rest, corrections: output.corrections }
  })
  const describe = (some: typeof checked): Generated => {
    const described = some.map(({ rest }) => rest)
    const corrections = new Map(some.flatMap((one) => [...one.corrections]))
    const write = () => structuredClone(generateOpenApiDocument(routerOf(described), frame))
    const document = tidied(withCorrections(corrections, write)) as OpenAPIObject
    return { document, described }
  }
  try {
    return describe(checked)
  } catch (error) {
    const fit = checked.filter(({ rest }) =>
      problems.attempt(rest, () => {
        try {
          return generateOpenApiDocument(routerOf([rest]), frame)
        } catch (cause) {
          throw new Unfit(`it can't be described: ${explainOutput(cause)}`)
        }
      }),
    )
    if (fit.length === checked.length) throw error
    return describe(fit)
  }
}

/** Two schemas of the same id would be one component, however alike they are: zod then describes neither. */
function createIdCheck(): (owner: string, output: CheckedOutput) => void {
  const known = new Map<string, { readonly schema: unknown; readonly owner: string }>()
  return (owner, { named }) => {
    for (const [id, schema] of named) {
      const other = known.get(id)
      if (other && other.schema !== schema) throw sharedId(id, `here and in ${other.owner}`)
      known.set(id, other ?? { schema, owner })
    }
  }
}

/** Errors are described here, so that it need not. */
function withoutInput({ name, procedure, meta, output, template: { path } }: RestOperation) {
  const deprecated = meta.deprecated && true
  const openapi = { ...meta, path, deprecated, errorResponses: {} }
  return [name, { _def: { ...procedure._def, output, inputs: [], meta: { openapi } } }] as const
}

interface Completion {
  readonly rest: RestOperation
  readonly input: DescribedInput
  readonly options: DescribeOptions
}

function completeOperation(operation: Operation, { rest, input, options }: Completion): void {
  const { name, meta, guard, status, empty, fileType } = rest
  const { parameters, requestBody } = input
  const { surroundings } = options
  operation.operationId = meta.operationId ?? (options.operationIdOf ?? methodName)(name)
  operation.description = [operation.description, explainGuard(guard)].filter(Boolean).join('\n\n')
  const security = describeSecurity(guard, options.alternatives)
  requireSchemes(security, options)
  operation.security = security as Operation['security'] & object
  if (guard.permissions.length > 0) operation['x-permissions'] = guard.permissions
  Object.assign(operation, parameters.length > 0 && { parameters }, requestBody && { requestBody })
  const responses = describeResponses(operation.responses?.['200'], {
    guard: isGuarded(guard) ? options.describeGuard(guard) : undefined,
    components: componentsOf(options),
    common: { ...surroundings.responses, ...surroundings.responsesOf?.(rest) },
    status,
    others: meta.successStatuses ?? {},
    empty,
    fileType,
    input: rest.input !== undefined || rest.headers.length > 0,
    body: requestBody !== undefined,
    errors: errorsOf(meta.errorResponses),
  })
  operation.responses = withHeaders(
    withDeprecation(responses, {
      deprecation: rest.deprecation,
      components: componentsOf(options),
    }),
    options,
  )
}

function requireSchemes(
  security: OpenApiOperation['security'],
  { securitySchemes }: DescribeOptions,
): void {
  const unknown = security
    .flatMap(Object.keys)
    .find((name) => !Object.hasOwn(securitySchemes, name))
  if (unknown === undefined) return
  throw new Unfit(`it needs ${unknown}, which the securitySchemes have not: write it there`)
}

/** A list has only statuses, whose standard texts are the messages. */
function errorsOf(declared: RestOperation['meta']['errorResponses'] = {}): Record<number, string> {
  const errors = isList(declared)
    ? Object.fromEntries(declared.map((status) => [status, statusText(status)]))
    : declared
  const wrong = Object.keys(errors).find((status) => !/^[45]\d\d$/.test(status))
  if (wrong === undefined) return errors
  throw new Unfit(`its errorResponses have ${wrong}: write statuses from 400 to 599`)
}

const isList = (declared: object): declared is readonly number[] => Array.isArray(declared)

/** What a generated client calls the operation: `reportsById` for the procedure `reports.byId`. */
function methodName(procedurePath: string): string {
  return procedurePath.replace(/\.(\w)/g, (_, letter: string) => letter.toUpperCase())
}
