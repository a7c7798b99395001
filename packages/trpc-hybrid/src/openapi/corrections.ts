import { z } from 'zod'
import type { Correction } from './json-schema.ts'

/**
 * Lets trpc-openapi say what else is true of some schemas of an output, such as which text a date is: by itself it
 * says `string` alone. It takes no such option, but reads `override` from the metadata of a schema, which therefore
 * has one while `generate` runs, and is as it was afterwards.
 */
export function withCorrections<T>(
  corrections: ReadonlyMap<z.core.$ZodType, Correction>,
  generate: () => T,
): T {
  const { globalRegistry: registry } = z
  const before = [...corrections.keys()].map((schema) => [schema, registry.get(schema)] as const)
  for (const [schema, meta] of before) {
    const correct = corrections.get(schema)
    const override = ({ jsonSchema }: { jsonSchema: Record<string, unknown> }) =>
      correct?.(jsonSchema)
    registry.add(schema, { override, ...meta })
  }
  try {
    return generate()
  } finally {
    for (const [schema, meta] of before) {
      registry.remove(schema)
      if (meta) registry.add(schema, meta)
    }
  }
}
