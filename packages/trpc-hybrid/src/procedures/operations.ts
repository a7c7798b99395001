import type { AnyProcedure, AnyRouter } from '@trpc/server'
import { z } from 'zod'
import type { Answer } from '../answer.ts'
import { deprecationHeaders } from './deprecation.ts'
import type { Guarded } from './guard.ts'
import { operationGuard, type GuardSources } from './operation-guard.ts'
import { inputObjectOf, inputsOf, isSchema, type InputObject } from './inputs.ts'
import { fileTypeOf } from '../file-output.ts'
import { requireRoomForFiles } from './file-inputs.ts'
import { requireNoFileOutput } from './file-outputs.ts'
import {
  BODY_TYPES,
  isTextType,
  type HybridMeta,
  type RestMeta,
  type RestMethod,
  type SuccessStatus,
} from './meta.ts'
import { mayBeNull, withoutOptional } from './nothing.ts'
import { headerSchemasOf } from './request-headers.ts'
import { describedStandard, isStandardSchema } from './standard-schema.ts'
import { isZod3, ZOD_3 } from './zod-3.ts'
import { requireZod4 } from './known-parts.ts'
import { isAtOrBelow, parseTemplate, type PathTemplate } from './path-template.ts'
import { Unfit, type Problems } from '../errors/router-error.ts'

/** One procedure as REST sees it: what its `openapi` meta declares, and what it takes. */
export interface RestOperation {
  /** The procedure's path in the router, such as `messages.public`. */
  readonly name: string
  readonly method: RestMethod
  readonly template: PathTemplate
  readonly meta: RestMeta
  /** `undefined` for a procedure that takes none. */
  readonly input: InputObject | undefined
  /** Where the fields of the input are that are not in the path. */
  readonly from: 'query' | 'body'
  /** The media types of its body. */
  readonly contentTypes: readonly string[]
  /** Where it says itself how many its body may have. */
  readonly maxBytes: number | undefined
  /** Of a file: a text, in place of what `fileOutput` takes. */
  readonly output: z.core.$ZodType
  /** The media type of its answer, where that is a file. */
  readonly fileType: string | undefined
  /** Of the headers that its chain reads. */
  readonly headers: readonly z.core.$ZodObject[]
  /** What it asks of its caller. */
  readonly guard: Guarded
  /** Whether its answer has no body: the output is `z.void()` or `z.undefined()`. */
  readonly empty: boolean
  /** The status of a success. */
  readonly status: SuccessStatus
  /** Others that it may have. */
  readonly otherStatuses: readonly SuccessStatus[]
  /** Headers of each answer that say from when on it should not be used. */
  readonly deprecation: Answer['headers']
  readonly procedure: AnyProcedure
}

const METHODS: readonly RestMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const STATUSES: readonly SuccessStatus[] = [200, 201, 202, 204]
/** Methods whose input comes in the query. Their body is not read. */
const BODILESS: readonly RestMethod[] = ['GET', 'DELETE']

export interface OperationOptions extends GuardSources {
  /** Told of procedures that can't be served as their meta says. */
  readonly problems: Problems
  /** The router's procedures as they were given, for those who are asked about them. */
  readonly given: Readonly<Record<string, AnyProcedure>>
  /** The meta of a query or mutation that has no route of its own. */
  readonly defaultMeta: DefaultMeta
  /** Whether an output without a schema may be anything. */
  readonly missingOutput: 'refuse' | 'any'
  /** Put before the path of every meta. */
  readonly restPath: string
  /** Paths of the server itself, which an operation must neither hide nor be hidden by. */
  readonly ownPaths: readonly string[]
}

/** @returns `undefined` for a procedure that is to have no route */
export type DefaultMeta = (path: string, procedure: AnyProcedure) => HybridMeta | undefined

/**
 * The procedures of a router that are also REST operations, in the order in which they are defined. What can't
 * be served as its meta says is a problem, and left out.
 */
export function restOperations(
  router: AnyRouter,
  options: OperationOptions,
): readonly RestOperation[] {
  const declared = Object.entries(router._def.procedures as Record<string, AnyProcedure>).flatMap(
    ([name, procedure]) => {
      const meta = metaOf(name, procedure, options)
      return meta && meta.enabled !== false ? [{ name, meta, procedure }] : []
    },
  )
  const operations = declared.flatMap((one) => operationOf(one, options) ?? [])
  return withoutTwins(operations, options.problems)
}

function metaOf(name: string, procedure: AnyProcedure, { given, defaultMeta }: OperationOptions) {
  const { openapi } = (procedure._def.meta ?? {}) as HybridMeta
  if (openapi || (procedure._def.type as string) === 'subscription') return openapi
  return defaultMeta(name, given[name] ?? procedure)?.openapi
}

interface Declared {
  readonly name: string
  readonly meta: RestMeta
  readonly procedure: AnyProcedure
}

/** Every part is looked at, so that all that is wrong with it is told at once. */
function operationOf(declared: Declared, options: OperationOptions): RestOperation | undefined {
  const { meta, procedure } = declared
  const attempt = <T>(make: () => T) => options.problems.attempt(declared, make)
  const method = attempt(() => methodOf(declared))
  const template = attempt(() => templateOf(meta, options))
  const guard = attempt(() => {
    const given = options.given[declared.name] ?? procedure
    return operationGuard({ procedure: given, protect: meta.protect }, options)
  })
  const taken = attempt(() => ({ input: inputOf(procedure) }))
  const body = attempt(() => ({ contentTypes: bodyTypesOf(meta), maxBytes: maxBytesOf(meta) }))
  const answer = attempt(() => answerOf(declared, options))
  const deprecation = attempt(() => deprecationHeaders(meta))
  if (template && taken)
    attempt(() => {
      requireParameters(template, taken.input)
    })
  const input = taken?.input
  if (input && method) {
    attempt(() => {
      requireRoom(method, input, body?.contentTypes)
    })
  }
  if (!method || !template || !guard || !taken || !body || !answer || !deprecation) return undefined
  const from = BODILESS.includes(method) ? ('query' as const) : ('body' as const)
  const headers = headerSchemasOf(procedure)
  const read = { ...taken, from, ...body, headers }
  const operation = { ...declared, method, template, ...read, guard, ...answer, deprecation }
  return attempt(() => requireRoomForFiles(operation))
}

/** @throws {Unfit} for what is no schema, or has no end */
export function inputOf(procedure: AnyProcedure): InputObject | undefined {
  const schemas = inputsOf(procedure).map((schema: unknown) => {
    if (isZod3(schema)) throw new Unfit(`its .input() is ${ZOD_3}`)
    if (isStandardSchema(schema)) return describedStandard(schema, 'input') ?? ANYTHING
    if (!isSchema(schema)) {
      throw new Unfit('its .input() is no zod schema: write .input(z.object({ … }))')
    }
    requireZod4(schema, 'input')
    return schema
  })
  return inputObjectOf(schemas)
}

function methodOf({ meta: { method }, procedure }: Declared): RestMethod {
  if ((procedure._def.type as string) === 'subscription') {
    throw new Unfit('a subscription has no REST route: take `openapi` out of its meta')
  }
  if (METHODS.includes(method)) return method
  throw new Unfit(`its method is ${method}: write one of ${METHODS.join(', ')}`)
}

function templateOf({ path }: RestMeta, { restPath, ownPaths }: OperationOptions): PathTemplate {
  const template = parseTemplate(`${restPath}${path}`)
  const own = ownPaths.find((path) => isAtOrBelow(template.path, path))
  if (own === undefined) return template
  throw new Unfit(`its path ${template.path} is the server's own: choose one that is not at ${own}`)
}

const FORMS = BODY_TYPES.filter((type) => type !== 'application/json') as readonly string[]

/** What is no object has no fields for a query or a form. */
function requireRoom(
  method: RestMethod,
  { wholes }: InputObject,
  contentTypes: readonly string[] = [],
): void {
  const [type] = wholes.map(({ _zod: zod }) => zod.def.type)
  if (type === undefined) return
  if (BODILESS.includes(method)) {
    throw new Unfit(
      `its input is of the type ${type}, for which a query has no room: write .input(z.object({ … })), with the ${type} as a field, or send it with POST`,
    )
  }
  if (contentTypes.some((one) => FORMS.includes(one))) {
    throw new Unfit(
      `its input is of the type ${type}, for which a form has no room: take JSON alone`,
    )
  }
}

function requireParameters({ names }: PathTemplate, input: InputObject | undefined): void {
  const missing = names.find((parameter) => !input || !Object.hasOwn(input.fields, parameter))
  if (missing === undefined) return
  throw new Unfit(
    `its path has {${missing}}, its input has not: write it into .input(z.object({ … }))`,
  )
}

/** In place of what has no schema, or none that can be described. */
const ANYTHING = z.any()
const TEXT = z.string()

export function answerOf(
  { meta, procedure }: Pick<Declared, 'meta' | 'procedure'>,
  { missingOutput }: Pick<OperationOptions, 'missingOutput'>,
): Pick<RestOperation, 'output' | 'fileType' | 'empty' | 'status' | 'otherStatuses'> {
  const missing = missingOutput === 'any' ? ANYTHING : undefined
  const { output: given = missing } = procedure._def as { output?: unknown }
  const output = isStandardSchema(given) ? (describedStandard(given, 'output') ?? missing) : given
  if (isZod3(given)) throw new Unfit(`its output is ${ZOD_3}`)
  if (!isSchema(output)) throw new Unfit('it has no output schema: write .output(z.object({ … }))')
  requireZod4(output, 'output')
  const fileType = fileTypeOf(output)
  if (fileType === undefined) requireNoFileOutput(output)
  const { type } = output._zod.def
  const empty = type === 'void' || type === 'undefined'
  if (!empty && fileType === undefined && output._zod.optout === 'optional' && !mayBeNull(output)) {
    throw new Unfit('its output may be undefined, which JSON has not: write .nullable()')
  }
  const { successStatus: status = empty ? 204 : 200 } = meta
  const otherStatuses = Object.keys(meta.successStatuses ?? {})
    .map((key) => Number(key) as SuccessStatus)
    .filter((other) => other !== status)
  for (const one of [status, ...otherStatuses]) {
    if (STATUSES.includes(one) && (one !== 204 || empty)) continue
    throw new Unfit(
      `its ${one === status ? 'successStatus is' : 'successStatuses have'} ${one}: write 200, 201, 202, or 204 with .output(z.void())`,
    )
  }
  const answer = { fileType, empty, status, otherStatuses }
  if (fileType !== undefined) return { output: TEXT, ...answer }
  return { output: empty ? output : withoutOptional(output), ...answer }
}

/** In the order in which a 415 names them: those of texts first. */
function bodyTypesOf({ contentTypes = ['application/json'] }: RestMeta): readonly string[] {
  const types = new Set([...contentTypes.filter(isTextType), ...contentTypes])
  if (types.size > 0 && [...types].every((type) => MEDIA_TYPE.test(type))) return [...types]
  throw new Unfit(
    `its contentTypes are [${contentTypes.join(', ')}]: write media types in lower case, without parameters, such as ${BODY_TYPES.join(' or ')}`,
  )
}

/** RFC 6838 §4.2. */
const MEDIA_TYPE = /^[a-z\d][a-z\d!#$&^_.+-]*\/[a-z\d][a-z\d!#$&^_.+-]*$/

function maxBytesOf({ maxBytes }: RestMeta): number | undefined {
  if (maxBytes === undefined || (Number.isSafeInteger(maxBytes) && maxBytes > 0)) return maxBytes
  throw new Unfit(`its maxBytes is ${String(maxBytes)}: write a whole number above 0`)
}

/** Those that no other hides. */
function withoutTwins(operations: readonly RestOperation[], problems: Problems): RestOperation[] {
  const byShape = new Map<string, RestOperation>()
  const byRoute = new Map<string, RestOperation>()
  return operations.filter((operation) => {
    const { method, template } = operation
    const problem = twinProblemOf(operation, { byShape, byRoute })
    if (!byShape.has(template.shape)) byShape.set(template.shape, operation)
    const route = `${method} ${template.path}`
    if (!byRoute.has(route)) byRoute.set(route, operation)
    if (problem !== undefined) problems.add(operation, problem)
    return problem === undefined
  })
}

/** The first operation of each shape and of each route that came before. */
interface Before {
  readonly byShape: ReadonlyMap<string, RestOperation>
  readonly byRoute: ReadonlyMap<string, RestOperation>
}

function twinProblemOf(
  { method, template }: RestOperation,
  { byShape, byRoute }: Before,
): string | undefined {
  const same = byShape.get(template.shape)
  if (!same) return undefined
  if (same.template.path !== template.path) {
    const paths = `${template.path} and ${same.template.path}`
    return `${paths} of ${same.name} are one path: give its parameters the same names`
  }
  const route = `${method} ${template.path}`
  const twin = byRoute.get(route)
  return twin && `${route} is that of ${twin.name} already`
}
