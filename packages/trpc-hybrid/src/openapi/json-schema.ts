import { z } from 'zod'
import { Unfit } from '../errors/router-error.ts'
import { byteTypeOf } from '../procedures/byte-schemas.ts'
import { partsInside } from '../procedures/known-parts.ts'
import { binary, BYTES } from './multipart-encoding.ts'
import { isSameJson } from './same-json.ts'
import { SchemaDoubts, withParents } from './schema-doubts.ts'

export type Json = Readonly<Record<string, unknown>>

/** A schema of JSON Schema 2020-12, and those that it refers to by the names of its components. */
export interface Described {
  readonly schema: Json
  readonly components: Readonly<Record<string, Json>>
}

type Override = NonNullable<NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override']>
type Context = Parameters<Override>[0]

/** Types that JSON has no values for. A schema of these must say in its `.meta()` what it is in JSON. */
const NO_JSON: Readonly<Record<string, string>> = {
  custom: 'write a schema of zod, or say what it is in JSON with .meta({ type: … })',
  file: 'a file is all of an answer: write .output(fileOutput("image/png"))',
  function: 'leave it out',
  map: 'write z.record()',
  nan: 'write z.number()',
  promise: 'leave it out',
  set: 'write z.array()',
  symbol: 'write z.enum()',
  void: 'leave it out',
}

/**
 * What goes into a schema, as JSON Schema.
 *
 * @param prefix for the names of schemas that refer to themselves and have no name of their own
 * @throws {Unfit} naming the field that can't be written in JSON
 */
export function describeInput(schema: z.core.$ZodType, prefix: string): Described {
  // In an object, so that a schema that refers to itself does so by a name.
  const faults: Faults = new Map()
  const described = toJsonSchema(z.object({ input: schema }), 'input', (context) => {
    describeForJson(context, faults)
  })
  for (const fault of faults.values()) throw fault
  return extracted(described, { key: 'input', prefix })
}

/**
 * What comes out of a schema, as JSON Schema.
 *
 * @param prefix as that of `describeInput`
 * @throws {Unfit} naming the field that can't be sent as JSON
 */
export function describeJsonOutput(schema: z.core.$ZodType, prefix: string): Described {
  const { corrections } = checkOutput(schema)
  const wrapped = z.object({ output: schema })
  const described = toJsonSchema(wrapped, 'output', ({ zodSchema, jsonSchema }) => {
    if (typeOf(zodSchema) === 'date') jsonSchema.type = 'string'
    corrections.get(zodSchema)?.(jsonSchema)
  })
  return extracted(described, { key: 'output', prefix })
}

function extracted(
  described: Json,
  { key, prefix }: { readonly key: 'input' | 'output'; readonly prefix: string },
): Described {
  const { properties, $defs = {} } = tidied(withNames(described, prefix)) as {
    readonly properties: Readonly<Record<string, Json>>
    readonly $defs?: Record<string, Json>
  }
  const components = Object.entries($defs).map(([name, definition]) => [
    name.startsWith('__') ? `${prefix}${name}` : name,
    without('id', definition),
  ])
  return {
    schema: properties[key] ?? {},
    components: Object.fromEntries(components) as Described['components'],
  }
}

/** With the names that its definitions have as components, where it refers to any. */
function withNames(described: Json, prefix: string): Json {
  if (!described['$defs']) return described
  const text = JSON.stringify(described)
    .replaceAll('"#/$defs/__', `"#/components/schemas/${prefix}__`)
    .replaceAll('"#/$defs/', '"#/components/schemas/')
  return JSON.parse(text) as Json
}

/** Types that an answer in JSON can't hold. `undefined`, and what is not parsed, are judged with their surroundings. */
const NOT_SENT = ['file', 'function', 'map', 'nan', 'set', 'symbol']

/** What is to be said of a schema instead of what its type says. */
export type Correction = (jsonSchema: Record<string, unknown>) => void

export interface CheckedOutput {
  /** Of what zod says, by the schemas that they are for. */
  readonly corrections: ReadonlyMap<z.core.$ZodType, Correction>
  /** The schemas in it that have an id. */
  readonly named: ReadonlyMap<string, z.core.$ZodType>
}

/** @throws {Unfit} naming the field of an output that can't be sent as JSON */
export function checkOutput(schema: z.core.$ZodType): CheckedOutput {
  const corrections = new Map<z.core.$ZodType, Correction>()
  const named = new Map<string, z.core.$ZodType>()
  const note = (part: z.core.$ZodType) => {
    const id = z.globalRegistry.get(part)?.id
    if (id !== undefined) named.set(id, part)
    const correction = correctionOf(part)
    if (correction) corrections.set(part, correction)
  }
  const doubts = new SchemaDoubts()
  if (doubts.isSure(schema, 'output') && doubts.areIdsApart) {
    for (const part of partsInside(schema, 'output').all) withParents(part.schema).forEach(note)
    return { corrections, named }
  }
  toJsonSchema(schema, 'output', ({ zodSchema, jsonSchema, path }) => {
    note(zodSchema)
    const type = typeOf(zodSchema)
    if (type === 'bigint') {
      throw new Unfit(
        `its output${fieldOf(path)} is a bigint, which JSON has not: write z.string()`,
      )
    }
    if (!NOT_SENT.includes(type) || isDescribed(type, jsonSchema)) return
    throw new Unfit(`its output${fieldOf(path)} is of the type ${type}: ${NO_JSON[type] ?? ''}`)
  })
  return { corrections, named }
}

const UNKNOWN_OUTPUT: Readonly<Record<string, string>> = {
  transform: 'write .pipe(z.string()), or what it is, behind it',
  custom: NO_JSON['custom'] ?? '',
}

/** In our words what trpc-openapi says of an output that it can't describe. */
export function explainOutput(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : ''
  const [, type = '', place = ''] =
    /^Zod (?:schema of type `)?(\w+)`?(?: found)? at (.+?) (?:are|cannot)/.exec(text) ?? []
  const advice = UNKNOWN_OUTPUT[type]
  if (advice === undefined) return text
  const path = place.split(' > ')
  const field = fieldOf(path.slice(path.indexOf('schema') + 1))
  return `its output${field} is of the type ${type}: ${advice}`
}

function correctionOf(schema: z.core.$ZodType): Correction | undefined {
  const type = typeOf(schema)
  if (type === 'date') return asDateTime
  return type === 'string' && !arePatternsPortable(schema) ? leaveOutPatterns : undefined
}

/** RFC 3339 §5.6, unless the author of the schema names another format. */
const asDateTime: Correction = (jsonSchema) => {
  jsonSchema['format'] ??= 'date-time'
}

function toJsonSchema(schema: z.core.$ZodType, io: 'input' | 'output', override: Override): Json {
  try {
    return z.toJSONSchema(schema, { io, override, unrepresentable: 'any' })
  } catch (cause) {
    if (cause instanceof Unfit) throw cause
    if (cause instanceof SyntaxError) {
      // of zod, which reads again what it writes
      throw new Unfit(`its ${io} has a default of undefined, which JSON has not: write .optional()`)
    }
    const reason = cause instanceof Error ? cause.message : String(cause)
    const [, twice] = /^Duplicate schema id "(.+)" detected/.exec(reason) ?? []
    if (twice !== undefined) throw sharedId(twice, `both in its ${io}`)
    throw new Unfit(`its ${io} can't be described: ${reason}`)
  }
}

/** @param where the two schemas are */
export const sharedId = (id: string, where: string) =>
  new Unfit(`two schemas have the id ${id}, ${where}: give each one of its own`)

/** What has no JSON, by schemas. What `.meta()` is called on is a schema too, and met first. */
type Faults = Map<z.core.$ZodType, Unfit>

function describeForJson({ zodSchema, jsonSchema, path }: Context, faults: Faults): void {
  const type = typeOf(zodSchema)
  if (byteTypeOf(zodSchema)) {
    describeBytes(jsonSchema)
    return
  }
  const advice = NO_JSON[type]
  const { parent } = zodSchema._zod
  if (advice !== undefined && !isDescribed(type, jsonSchema)) {
    const field = fieldOf(path)
    const place = field === '' ? 'its input' : `its field${field}`
    faults.set(zodSchema, new Unfit(`${place} is of the type ${type}: ${advice}`))
  } else if (parent) faults.delete(parent)
  if (type === 'undefined') Object.assign(jsonSchema, IMPOSSIBLE)
  if (type === 'string' && !arePatternsPortable(zodSchema)) leaveOutPatterns(jsonSchema)
  if (type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' })
  // Not a number: those of JSON are exact up to 2^53 alone.
  if (type === 'bigint') Object.assign(jsonSchema, { type: 'string', pattern: String.raw`^-?\d+$` })
  // In OpenAPI it would say that a request must not have it.
  if (type === 'readonly' && !z.globalRegistry.get(zodSchema)?.['readOnly']) {
    delete jsonSchema.readOnly
  }
}

/** zod says that their encoding is `binary`, which no version of JSON Schema knows, and keeps their media types. */
function describeBytes(jsonSchema: Context['jsonSchema']): void {
  const { contentMediaType, anyOf } = jsonSchema
  delete jsonSchema.contentEncoding
  Object.assign(jsonSchema, binary(contentMediaType ?? BYTES))
  if (anyOf) delete jsonSchema.contentMediaType
}

/** What JSON can't send. */
const IMPOSSIBLE = { not: {} }

const isImpossible = (schema: unknown) => isSameJson(schema, IMPOSSIBLE)

/**
 * The same without members of a union that can't be sent, and without what is there twice. A record whose keys are
 * all required has them as properties. What is given may be changed: copies are most of what this would cost.
 */
export function tidied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const parts = value as Record<string, unknown>
  for (const name of Object.keys(parts)) {
    const inner = tidied(parts[name])
    if (inner !== parts[name]) parts[name] = inner
  }
  if (Array.isArray(value) || !UNTIDY.some((name) => parts[name] !== undefined)) return value
  const { anyOf, allOf, ...rest } = parts
  return withMembers('allOf', allOf, withMembers('anyOf', anyOf, withProperties(rest)))
}

/** What has none of these is as it should be. */
const UNTIDY = ['anyOf', 'allOf', 'propertyNames']

function withMembers(name: 'anyOf' | 'allOf', given: unknown, rest: Json): Json {
  if (!Array.isArray(given)) return given === undefined ? rest : { [name]: given, ...rest }
  const members = given
    .filter((member) => name === 'allOf' || !isImpossible(member))
    .filter((member, at, all) => all.findIndex((one) => isSameJson(one, member)) === at)
  if (members.length === 0) return { ...rest, ...IMPOSSIBLE }
  const [only] = members as [Json]
  return members.length === 1 ? { ...only, ...rest } : { [name]: members, ...rest }
}

function withProperties(schema: Json): Json {
  const { required, properties, propertyNames, additionalProperties } = schema
  if (!propertyNames || properties || !Array.isArray(required)) return schema
  const names = (required as string[]).map((name) => [name, additionalProperties])
  return { ...schema, properties: Object.fromEntries(names) as Json }
}

/**
 * Whether JSON Schema can say what the patterns of a text say. It has no flags, and without them `/^[a-z]+$/i`
 * would say less than is taken; it reads a pattern as JavaScript does with the flag u.
 */
function arePatternsPortable({ _zod: zod }: z.core.$ZodType): boolean {
  const checks = [zod, ...(zod.def.checks ?? []).map((check) => check._zod)]
  return checks.every(({ def }) => {
    const { pattern } = def as { pattern?: unknown }
    return !(pattern instanceof RegExp) || isPortable(pattern)
  })
}

function isPortable({ source, flags }: RegExp): boolean {
  if (/[imsvy]/.test(flags)) return false
  if (!flags.includes('u') && /\\[up]\{/i.test(source)) return false // would begin to mean something
  try {
    return Boolean(new RegExp(source, 'u'))
  } catch {
    return false
  }
}

/** All of them: which one comes from which check can't be told. */
const leaveOutPatterns: Correction = (jsonSchema) => {
  delete jsonSchema['pattern']
  delete jsonSchema['allOf']
}

/** Whether its metadata says what it is in JSON. zod describes files too, but JSON has no place for them. */
const isDescribed = (type: string, jsonSchema: object) =>
  Object.keys(jsonSchema).length > 0 && type !== 'file'

/** The same, but for one of its keys. */
export const without = (name: string, object: Json): Json =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name))

const typeOf = (schema: z.core.$ZodType) => schema._zod.def.type

/** The place in the input, such as ` address.lines`. */
function fieldOf(path: readonly (string | number)[]): string {
  const names = path
    .filter((_, at) => path[at - 1] === 'properties')
    .slice(path[1] === 'input' ? 1 : 0)
  return names.length > 0 ? ` ${names.join('.')}` : ''
}
