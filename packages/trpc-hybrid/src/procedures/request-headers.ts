import type { AnyProcedure, AnyRouter } from '@trpc/server'
import type { z } from 'zod'
import type { HybridMeta } from './meta.ts'

/** What `requireHeaders` keeps at its middleware. */
export interface HeaderStep {
  readonly headersSchema: z.core.$ZodObject
  /** Gives what the context has more of from then on. Throws or rejects for what does not fit. */
  readonly readHeaders: (ctx: never) => object | PromiseLike<object>
}

/** The schemas of the headers that a procedure's chain reads. */
export function headerSchemasOf(procedure: AnyProcedure): readonly z.core.$ZodObject[] {
  // tRPC keeps the chain here at run time but leaves it out of the type.
  const { middlewares } = procedure._def as unknown as { middlewares: (object | HeaderStep)[] }
  return middlewares.flatMap((one) => ('headersSchema' in one ? [one.headersSchema] : []))
}

/** The names of headers in a schema; none where it is no object. */
export function headerNamesOf(schema: z.core.$ZodType): readonly string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod
  return def.type === 'object' ? Object.keys(def.shape) : []
}

/** Every header that some procedure declares, in its chain or its meta, as often as it does. */
export function declaredHeadersOf(router: AnyRouter): string[] {
  const procedures = Object.values(router._def.procedures as Record<string, AnyProcedure>)
  return procedures.flatMap((procedure) => {
    const { openapi } = (procedure._def.meta ?? {}) as HybridMeta
    const described = openapi?.requestHeaders ? [openapi.requestHeaders] : []
    return [...headerSchemasOf(procedure), ...described].flatMap(headerNamesOf)
  })
}
