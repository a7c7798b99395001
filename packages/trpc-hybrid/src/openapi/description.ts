import type { OpenAPIObject } from 'trpc-openapi'
import { Problems, Unfit } from '../errors/router-error.ts'
import { isGuarded } from '../procedures/guard.ts'
import type { RestOperation } from '../procedures/operations.ts'
import { ComponentSchemas, type Schemas } from './component-schemas.ts'
import { COMPONENTS } from './components.ts'
import type { OpenApiDocument, OpenApiInfo, OpenApiOperation } from './document.ts'
import { describeFrame } from './frame.ts'
import { describeInputs, type DescribedInput } from './inputs.ts'
import { withDeprecation } from './deprecation.ts'
import { operationIdOf, type OperationIdOf } from './operation-id.ts'
import { errorsOf } from './own-errors.ts'
import { describeResponses } from './responses.ts'
import { describeSecurity, explainGuard, type DescribeGuard, type Schemes } from './security.ts'
import { usedComponents } from './used-components.ts'

type Operation = NonNullable<NonNullable<OpenAPIObject['paths']>[string]['get']>

/** What an API says of itself. */
export interface DescribeOptions extends Schemes {
  readonly info: OpenApiInfo
  readonly describeGuard: DescribeGuard
  readonly surroundings: Surroundings
  readonly operationIdOf?: OperationIdOf
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
 * It is made in steps: of many operations it takes long, and others may have their turn between them.
 *
 * @throws {RouterError} where a procedure can't be described
 */
export function* describeApi(
  operations: readonly RestOperation[],
  options: DescribeOptions,
): Generator<undefined, OpenApiDocument> {
  const problems = new Problems()
  const document = yield* describeInSteps(operations, options, problems)
  problems.throwAny()
  return document
}

/** The document of the operations that can be described. Others are problems. */
export function describeFit(
  operations: readonly RestOperation[],
  options: DescribeOptions,
  problems: Problems,
): OpenApiDocument {
  return atOnce(describeInSteps(operations, options, problems))
}

/** All steps, one after the other. */
export function atOnce<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

function* describeInSteps(
  operations: readonly RestOperation[],
  options: DescribeOptions,
  problems: Problems,
): Generator<undefined, OpenApiDocument> {
  const inputs = new Map<RestOperation, DescribedInput>()
  for (const rest of operations) {
    const input = problems.attempt(rest, () => describeInputs(rest))
    if (input) inputs.set(rest, input)
    yield
  }
  const { document: frame, described } = yield* describeFrame(operations, {
    problems,
    frame: { ...options.info, openApiVersion: '3.1.0', baseUrl: '/' },
  })
  const document = frame as OpenAPIObject
  const schemas = new ComponentSchemas((document.components?.schemas ?? {}) as Schemas)
  const components = componentsOf(options)
  const ids = new Map<string, string>()
  const complete = (rest: RestOperation) => {
    const given = inputs.get(rest)
    if (!given) return
    const path = document.paths?.[rest.template.path]
    const operation = path?.[rest.method.toLowerCase() as 'get']
    if (!operation) throw new Unfit('trpc-openapi does not describe it')
    schemas.checkOutput(operation.responses)
    const input = schemas.add(given, rest.name)
    completeOperation(operation, { rest, input, options, components })
    const id = String(operation.operationId)
    const other = ids.get(id)
    if (other !== undefined) {
      throw new Unfit(`its operationId ${id} is that of ${other}: set another in its openapi meta`)
    }
    ids.set(id, rest.name)
  }
  for (const rest of described) {
    problems.attempt(rest, () => {
      complete(rest)
    })
    yield
  }
  const { headers, responses } = components
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
  const tagged = new Map<string, Set<string>>()
  for (const { name, meta } of operations) {
    for (const tag of meta.tags ?? []) {
      const names = tagged.get(tag) ?? new Set()
      tagged.set(tag, names.add(`\`${name}\``))
    }
  }
  return [...tagged].map(([name, names]) => ({
    name,
    description: `Over RPC: ${[...names].join(', ')}.`,
  }))
}

interface Completion {
  readonly rest: RestOperation
  readonly input: DescribedInput
  readonly options: DescribeOptions
  /** Those of every operation. */
  readonly components: Surroundings['components']
}

function completeOperation(
  operation: Operation,
  { rest, input, options, components }: Completion,
): void {
  const { meta, guard, status, empty, fileType } = rest
  const { parameters, requestBody } = input
  const { surroundings } = options
  operation.operationId = operationIdOf(rest, options.operationIdOf)
  operation.description = [operation.description, explainGuard(guard)].filter(Boolean).join('\n\n')
  const security = describeSecurity(guard, options.alternatives)
  requireSchemes(security, options)
  operation.security = security as Operation['security'] & object
  if (guard.permissions.length > 0) operation['x-permissions'] = guard.permissions
  Object.assign(operation, parameters.length > 0 && { parameters }, requestBody && { requestBody })
  const responses = describeResponses(operation.responses?.['200'], {
    guard: isGuarded(guard) ? options.describeGuard(guard) : undefined,
    components,
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
    withDeprecation(responses, { deprecation: rest.deprecation, components }),
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
