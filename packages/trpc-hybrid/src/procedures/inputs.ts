import type { AnyProcedure } from '@trpc/server'
import { z } from 'zod'
import { Unfit } from '../errors/router-error.ts'
import { byteTypeOf, type ByteType } from './byte-schemas.ts'

type Schema = z.core.$ZodType
/** All schemas of zod, told apart by `_zod.def.type`. */
type AnySchema = z.core.$ZodTypes

/** The input of a procedure: one object, whatever its schemas wrap around it. */
export interface InputObject {
  readonly fields: Readonly<Record<string, Schema>>
  /** What any other field must be; `undefined`: other fields are ignored. */
  readonly others: Schema | undefined
  /** Whether the input as a whole may be left out. */
  readonly optional: boolean
  /** Those of its schemas that are no object, such as unions, lists and texts: all of the body must fit them too. */
  readonly wholes: readonly Schema[]
  /** Where it is no object but the bytes of a file, all of the body. */
  readonly bytes: ByteType | undefined
  /** What the author says about it where it is an object; others have it with them. */
  readonly meta: z.core.GlobalMeta | undefined
}

/**
 * The input as an object with fields, which is what a path, a query, a form and a JSON body contain.
 *
 * @returns `undefined` for a procedure without an input
 * @throws {Unfit} for a file beside another input
 */
export function inputObjectOf(schemas: readonly Schema[]): InputObject | undefined {
  const sides = schemas.flatMap(sidesOf)
  const bytes = sides.map(byteTypeIn).find((type) => type !== undefined)
  if (bytes && sides.length > 1) {
    throw new Unfit('its input is a file: make it a field of the other .input()')
  }
  const objects = sides.flatMap((side) => objectIn(side) ?? [])
  const wholes = sides.filter((side) => !bytes && !objectIn(side) && !isNothing(side))
  if (objects.length === 0 && wholes.length === 0 && !bytes) return undefined
  const [only] = wholes.length === 0 && schemas.length === 1 ? schemas : []
  return {
    fields: objects.map(({ shape }) => shape).reduce(bothFields, {}),
    wholes,
    bytes,
    others: objects.find(({ catchall }) => catchall)?.catchall,
    optional: schemas.every((schema) => canBeLeftOut(schema as AnySchema)),
    meta: only && z.globalRegistry.get(only),
  }
}

/** tRPC keeps the schemas here at run time but leaves them out of the type. */
export function inputsOf({ _def }: AnyProcedure): readonly Schema[] {
  return (_def as unknown as { inputs: readonly Schema[] }).inputs
}

/** Schemas of `zod/mini` count too. */
export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && '_zod' in value
}

/** Both sides of an intersection, and of those inside: each must fit. */
function sidesOf(schema: Schema): readonly Schema[] {
  const { def } = (schema as AnySchema)._zod
  if (def.type === 'intersection') return [def.left, def.right].flatMap(sidesOf)
  const inner = innerOf(schema)
  const sides = inner ? sidesOf(inner) : []
  return sides.length > 1 ? sides : [schema]
}

/**
 * The object that a schema is, or wraps. Requests are read, and the document written, by what goes into a schema,
 * not by what comes out of it.
 */
function objectIn(schema: Schema): z.core.$ZodObjectDef | undefined {
  const { def } = (schema as AnySchema)._zod
  if (def.type === 'object') return def
  const inner = innerOf(schema)
  return inner && objectIn(inner)
}

function isNothing(schema: Schema): boolean {
  const inner = innerOf(schema)
  return inner ? isNothing(inner) : ['void', 'undefined'].includes(schema._zod.def.type)
}

type Definition = AnySchema['_zod']['def']

/** Types whose schemas only wrap another one, which they hand on what goes in. */
const WRAPPING = [
  'optional',
  'nullable',
  'nonoptional',
  'default',
  'prefault',
  'catch',
  'readonly',
] as const satisfies readonly Definition['type'][]

type Wrapping = Extract<Definition, { type: (typeof WRAPPING)[number] }>

export const isWrapping = (def: Definition): def is Wrapping =>
  WRAPPING.some((type) => type === def.type)

/** The schema inside one that only wraps it, for what goes in; `undefined` for any other schema. */
export function innerOf(schema: Schema): AnySchema | undefined {
  const { def } = (schema as AnySchema)._zod
  if (isWrapping(def)) return def.innerType as AnySchema
  switch (def.type) {
    case 'lazy':
      return (schema as z.core.$ZodLazy)._zod.innerType as AnySchema
    case 'pipe':
      return (isPreprocess(schema) ? def.out : def.in) as AnySchema
    default:
      return undefined
  }
}

/** Which bytes a schema takes that may be wrapped; `undefined` for any other schema. */
export function byteTypeIn(schema: Schema): ByteType | undefined {
  const inner = innerOf(schema)
  return inner ? byteTypeIn(inner) : byteTypeOf(schema)
}

/** What may stand in brackets behind the name of a field in a query: `filter[status]=open`. */
export function entriesOf(
  schema: Schema | undefined,
): Pick<InputObject, 'fields' | 'others'> | undefined {
  if (!schema || isPreprocess(schema)) return undefined
  const { def } = (schema as AnySchema)._zod
  if (def.type === 'object') return { fields: def.shape, others: def.catchall }
  if (def.type === 'record') return { fields: {}, others: def.valueType }
  if (def.type === 'intersection') {
    const [left, right] = [entriesOf(def.left), entriesOf(def.right)]
    const fields = bothFields(left?.fields ?? {}, right?.fields ?? {})
    return left && right && { fields, others: left.others ?? right.others }
  }
  if (def.type === 'union') {
    const [only, ...more] = def.options.filter(canBeText)
    return more.length === 0 ? entriesOf(only) : undefined
  }
  return entriesOf(innerOf(schema))
}

/** A text is neither nothing nor null. */
export const canBeText = (schema: Schema) =>
  !['null', 'undefined', 'void', 'never'].includes((schema as AnySchema)._zod.def.type)

/** A function that receives what was sent before any schema has checked it. */
export function isPreprocess(schema: Schema): boolean {
  const { def } = (schema as AnySchema)._zod
  return def.type === 'pipe' && (def.in as AnySchema)._zod.def.type === 'transform'
}

const LEFT_OUT: readonly AnySchema['_zod']['def']['type'][] = [
  'optional',
  'default',
  'prefault',
  'void',
  'undefined',
  'any',
  'unknown',
]

function canBeLeftOut(schema: AnySchema): boolean {
  const { def } = schema._zod
  if (LEFT_OUT.includes(def.type)) return true
  if (def.type === 'nonoptional' || isPreprocess(schema)) return false
  if (def.type === 'union') return def.options.some((one) => canBeLeftOut(one as AnySchema))
  const inner = innerOf(schema)
  return inner !== undefined && canBeLeftOut(inner)
}

/** A field that both objects have must be valid for both. */
function bothFields(one: InputObject['fields'], other: InputObject['fields']) {
  const shared = Object.entries(one).flatMap(([name, schema]) =>
    other[name] ? [[name, z.intersection(schema, other[name])] as const] : [],
  )
  return { ...one, ...other, ...Object.fromEntries(shared) }
}
