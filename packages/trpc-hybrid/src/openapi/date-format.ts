import { z } from 'zod'

/**
 * Lets trpc-openapi say what text a date in an output is: by itself it says `string` alone. It takes no such
 * option, but reads `override` from the metadata of a schema, which therefore has one while `generate` runs, and
 * is as it was afterwards.
 */
export function withDateFormat<T>(dates: readonly z.core.$ZodType[], generate: () => T): T {
  const { globalRegistry: registry } = z
  const before = new Map(dates.map((schema) => [schema, registry.get(schema)]))
  for (const [schema, meta] of before) registry.add(schema, { override: asDateTime, ...meta })
  try {
    return generate()
  } finally {
    for (const [schema, meta] of before) {
      registry.remove(schema)
      if (meta) registry.add(schema, meta)
    }
  }
}

/** RFC 3339 §5.6, unless the author of the schema names another format. */
function asDateTime({ jsonSchema }: { readonly jsonSchema: { format?: string } }): void {
  jsonSchema.format ??= 'date-time'
}
