import type { z } from 'zod'
import { isPreprocess, isWrapping } from './inputs.ts'

type Schema = z.core.$ZodType
type AnySchema = z.core.$ZodTypes

/**
 * What a schema is given: `sent`, a value as JSON has it; or `native`, what a transform, or a key of an object,
 * has made of it.
 */
export type Source = 'sent' | 'native'

/** A schema inside another one, and what it is given there. */
export interface Part {
  readonly schema: Schema
  readonly source: Source
}

/** The schemas directly inside one. Lazy ones are resolved, as zod does it: once for each. */
export function partsOf(schema: Schema, source: Source): Part[] {
  const { def } = (schema as AnySchema)._zod
  if (def.type === 'object') return fieldsOf(def).map((inner) => ({ schema: inner, source }))
  const parts: Part[] = []
  const { getter } = withParts(schema, source, (part) => {
    parts.push(part)
    return part.schema
  })
  getter?.()
  return parts
}

function fieldsOf({ shape, catchall }: z.core.$ZodObjectDef): Schema[] {
  const fields = Reflect.ownKeys(shape).map((name) => Reflect.get(shape, name) as Schema)
  return catchall ? [catchall, ...fields] : fields
}

type Resolve = (part: Part) => Schema

/** Properties of a schema's definition that hold other schemas. */
interface Properties {
  readonly shape?: object
  readonly getter?: () => Schema
  readonly [name: string]: unknown
}

/**
 * The properties of a schema's definition that hold other schemas, with each of these replaced: in an object and
 * in a lazy schema not before it is asked for, because a schema refers to itself there.
 *
 * @returns nothing for a schema that holds none
 */
export function withParts(schema: Schema, source: Source, replace: Resolve): Properties {
  const { def } = (schema as AnySchema)._zod
  const inside = (inner: Schema) => replace({ schema: inner, source })
  const native = (inner: Schema) => replace({ schema: inner, source: 'native' })
  if (isWrapping(def)) return { innerType: inside(def.innerType) }
  switch (def.type) {
    case 'object':
      return {
        shape: lazyShape(def.shape, inside),
        ...(def.catchall && { catchall: inside(def.catchall) }),
      }
    case 'array':
      return { element: inside(def.element) }
    case 'tuple':
      return { items: def.items.map(inside), rest: def.rest ? inside(def.rest) : null }
    case 'record':
      return { keyType: native(def.keyType), valueType: inside(def.valueType) }
    case 'map': // JSON has neither, so what is in them never comes as a text
      return { keyType: native(def.keyType), valueType: native(def.valueType) }
    case 'set':
      return { valueType: native(def.valueType) }
    case 'union':
      return { options: def.options.map(inside) }
    case 'intersection':
      return { left: inside(def.left), right: inside(def.right) }
    case 'pipe':
      // A preprocessing function is given what was sent, and mostly hands it on.
      return { in: inside(def.in), out: isPreprocess(schema) ? inside(def.out) : native(def.out) }
    case 'lazy': {
      const { _zod: zod } = schema as z.core.$ZodLazy
      return { getter: () => inside(zod.innerType) }
    }
    case 'success':
    case 'promise':
      return { innerType: inside(def.innerType) }
    default:
      return {}
  }
}

function lazyShape(shape: object, replace: (schema: Schema) => Schema): object {
  const lazy = {}
  for (const name of Reflect.ownKeys(shape)) {
    const get = () => replace(Reflect.get(shape, name) as Schema)
    Object.defineProperty(lazy, name, { get, enumerable: true, configurable: true })
  }
  return lazy
}
