import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { Unfit } from '../errors/router-error.ts'
import { byteTypeOf } from '../procedures/byte-schemas.ts'
import { binary, BYTES } from './multipart-encoding.ts'

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
  const described = toJsonSchema(z.object({ input: schema }), 'input', describeForJson)
  const text = JSON.stringify(described)
    .replaceAll('"#/$defs/__', `"#/components/schemas/${prefix}__`)
    .replaceAll('"#/$defs/', '"#/components/schemas/')
  const { properties, $defs = {} } = withoutImpossible(JSON.parse(text) as Json) as {
    readonly properties: { readonly input: Json }
    readonly $defs?: Record<string, Json>
  }
  const components = Object.entries($defs).map(([name, definition]) => [
    name.startsWith('__') ? `${prefix}${name}` : name,
    without('id', definition),
  ])
  return {
    schema: properties.input,
    components: Object.fromEntries(components) as Described['components'],
  }
}

/** Types that an answer in JSON can't hold. `undefined`, and what is not parsed, are judged with their surroundings. */
const NOT_SENT = ['file', 'function', 'map', 'nan', 'set', 'symbol']

/**
 * @returns the dates in an output
 * @throws {Unfit} naming the field of an output that can't be sent as JSON
 */
export function checkOutput(schema: z.core.$ZodType): z.core.$ZodType[] {
  const dates: z.core.$ZodType[] = []
  toJsonSchema(schema, 'output', ({ zodSchema, jsonSchema, path }) => {
    const type = typeOf(zodSchema)
    if (type === 'date') dates.push(zodSchema)
    if (type === 'bigint') {
      throw new Unfit(
        `its output${fieldOf(path)} is a bigint, which JSON has not: write z.string()`,
      )
    }
    if (!NOT_SENT.includes(type) || isDescribed(type, jsonSchema)) return
    throw new Unfit(`its output${fieldOf(path)} is of the type ${type}: ${NO_JSON[type] ?? ''}`)
  })
  return dates
}

function toJsonSchema(schema: z.core.$ZodType, io: 'input' | 'output', override: Override): Json {
  try {
    return z.toJSONSchema(schema, { io, override, unrepresentable: 'any' })
  } catch (cause) {
    if (cause instanceof Unfit) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Unfit(`its ${io} can't be described: ${reason}`)
  }
}

function describeForJson({ zodSchema, jsonSchema, path }: Context): void {
  const type = typeOf(zodSchema)
  if (byteTypeOf(zodSchema)) {
    describeBytes(jsonSchema)
    return
  }
  const advice = NO_JSON[type]
  if (advice !== undefined && !isDescribed(type, jsonSchema)) {
    throw new Unfit(`its field${fieldOf(path)} is of the type ${type}: ${advice}`)
  }
  if (type === 'undefined') Object.assign(jsonSchema, IMPOSSIBLE)
  if (type === 'string') leaveOutFlagged(zodSchema, jsonSchema)
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

const isImpossible = (schema: unknown) => isDeepStrictEqual(schema, IMPOSSIBLE)

/** The same without members of a union that can't be sent, and without those that are there twice. */
function withoutImpossible(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutImpossible)
  if (typeof value !== 'object' || value === null) return value
  const { anyOf, ...rest } = Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, withoutImpossible(inner)]),
  )
  if (!Array.isArray(anyOf)) return anyOf === undefined ? rest : { anyOf, ...rest }
  const members = anyOf
    .filter((member) => !isImpossible(member))
    .filter((member, at, all) => all.findIndex((one) => isDeepStrictEqual(one, member)) === at)
  if (members.length === 0) return { ...rest, ...IMPOSSIBLE }
  return members.length === 1 ? { ...(members[0] as object), ...rest } : { anyOf: members, ...rest }
}

/** JSON Schema has no flags, and without them `/^[a-z]+$/i` would say less than is taken: all patterns are left out. */
function leaveOutFlagged({ _zod: zod }: z.core.$ZodType, jsonSchema: object): void {
  const checks = [zod, ...(zod.def.checks ?? []).map((check) => check._zod)]
  const isFlagged = checks.some(({ def }) => {
    const { pattern } = def as { pattern?: unknown }
    return pattern instanceof RegExp && /[ims]/.test(pattern.flags)
  })
  if (!isFlagged) return
  const described = jsonSchema as { pattern?: string; allOf?: unknown[] }
  delete described.pattern
  delete described.allOf
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
