import type { AnyProcedure } from '@trpc/server'
import { z } from 'zod'
import { Unfit } from '../errors/router-error.ts'
import { byteTypeOf, type ByteType } from './byte-schemas.ts'
import { isZod3, ZOD_3 } from './zod-3.ts'

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
  /** Those of its schemas that are no object, such as unions and lists: all of the body must fit them too. */
  readonly wholes: readonly Schema[]
  /** Where it is no object but the bytes of a file, all of the body. */
  readonly bytes: ByteType | undefined
  /** What the author says about it. */
  readonly meta: z.core.GlobalMeta | undefined
}

/** Whether anything of a request is read except its headers. */
export function takesInput(procedure: AnyProcedure): boolean {
  return inputsOf(procedure).length > 0
}

/**
 * The input as an object with fields, which is what a path, a query, a form and a JSON body contain.
 *
 * @returns `undefined` for a procedure without an input
 * @throws {Unfit} for an input that is something else
 */
export function inputObjectOf(procedure: AnyProcedure): InputObject | undefined {
  const schemas = inputsOf(procedure)
  if (schemas.some(isZod3)) throw new Unfit(`its .input() is ${ZOD_3}`)
  if (schemas.some((schema) => !isSchema(schema))) {
    throw new Unfit('its .input() is no zod schema: write .input(z.object({ … }))')
  }
  const [only] = schemas
  const bytes = schemas.map(byteTypeIn).find((type) => type !== undefined)
  if (bytes && schemas.length > 1) {
    throw new Unfit('its input is a file: make it a field of the other .input()')
  }
  const wholes = schemas.filter((schema) => isWhole(schema))
  const objects = schemas
    .filter((schema) => !bytes && !wholes.includes(schema))
    .flatMap((schema) => objectsIn(schema as AnySchema))
  if (objects.length === 0 && wholes.length === 0 && !bytes) return undefined
  return {
    fields: objects.map(({ shape }) => shape).reduce(bothFields, {}),
    wholes,
    bytes,
    others: objects.find(({ catchall }) => catchall)?.catchall,
    optional: schemas.every((schema) => canBeLeftOut(schema as AnySchema)),
    meta: schemas.length === 1 && only ? z.globalRegistry.get(only) : undefined,
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

const WHOLE: readonly AnySchema['_zod']['def']['type'][] = ['union', 'array', 'record', 'tuple']

function isWhole(schema: Schema): boolean {
  const inner = innerOf(schema)
  if (inner) return isWhole(inner)
  return WHOLE.includes((schema as AnySchema)._zod.def.type)
}

/** Requests are read, and the document written, by what goes into a schema, not by what comes out of it. */
function objectsIn(schema: AnySchema): readonly z.core.$ZodObjectDef[] {
  const { def } = schema._zod
  switch (def.type) {
    case 'object':
      return [def]
    case 'intersection':
      return [def.left, def.right].flatMap((side) => objectsIn(side as AnySchema))
    case 'void':
    case 'undefined':
      return []
    default: {
      const inner = innerOf(schema)
      if (inner) return objectsIn(inner)
      throw new Unfit(
        `its input is of the type ${def.type}: write .input(z.object({ … })), with the ${def.type} as a field`,
      )
    }
  }
}

/** The schema inside one that only wraps it, for what goes in; `undefined` for any other schema. */
export function innerOf(schema: Schema): AnySchema | undefined {
  const { def } = (schema as AnySchema)._zod
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'nonoptional':
    case 'default':
    case 'prefault':
    case 'catch':
    case 'readonly':
      return def.innerType as AnySchema
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
  return entriesOf(innerOf(schema))
}

/** A function that receives what was sent before any schema has checked it. */
export function isPreprocess(schema: Schema): boolean {
  const { def } = (schema as AnySchema)._zod
  return def.type === 'pipe' && (def.in as AnySchema)._zod.def.type === 'transform'
}

function canBeLeftOut(schema: AnySchema): boolean {
  const { type } = schema._zod.def
  if (type === 'optional' || type === 'default' || type === 'prefault') return true
  if (type === 'nonoptional' || isPreprocess(schema)) return false
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
