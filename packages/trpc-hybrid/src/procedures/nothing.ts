import type { z } from 'zod'

type AnySchema = z.core.$ZodTypes

/** Whether null may come out of a schema, which JSON has in place of `undefined`. */
export function mayBeNull(schema: z.core.$ZodType): boolean {
  const { def } = (schema as AnySchema)._zod
  switch (def.type) {
    case 'nullable':
    case 'null':
    case 'any':
    case 'unknown':
      return true
    case 'union':
      return def.options.some(mayBeNull)
    case 'optional':
    case 'readonly':
      return mayBeNull(def.innerType)
    case 'pipe':
      return mayBeNull(def.out)
    default:
      return false
  }
}

/** The schema without what lets it be `undefined`. */
export function withoutOptional(schema: z.core.$ZodType): z.core.$ZodType {
  const { def } = (schema as AnySchema)._zod
  return def.type === 'optional' ? withoutOptional(def.innerType) : schema
}
