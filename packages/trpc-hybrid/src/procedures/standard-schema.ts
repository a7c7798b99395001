import { z } from 'zod'
import { MAX_ISSUES } from './bounded-issues.ts'
import { isTooDeep } from './nesting.ts'
import { tooDeep, type ParseInput } from './parse-input.ts'

type Key = PropertyKey | { readonly key: PropertyKey }
type Side = 'input' | 'output'

/** A schema of another library, such as Valibot or ArkType (https://standardschema.dev), as far as it is used. */
export interface StandardSchema {
  readonly '~standard': {
    readonly validate: (value: unknown) => Result | Promise<Result>
    readonly jsonSchema?: Readonly<Record<Side, (options: { target: string }) => object>>
  }
}

interface Result {
  readonly value?: unknown
  readonly issues?: readonly { readonly message: string; readonly path?: readonly Key[] }[]
}

/** Those of ArkType are functions. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  const isObject = typeof value === 'object' || typeof value === 'function'
  return isObject && value !== null && '~standard' in value && !('_zod' in value)
}

/** Its issues become those of zod, which are told, bounded and formatted like all others. */
export function createStandardParser({ '~standard': standard }: StandardSchema): ParseInput {
  return async (value) => {
    if (isTooDeep(value)) throw tooDeep()
    const result = await standard.validate(value)
    if (!result.issues) return result.value
    throw new z.ZodRealError(
      result.issues.slice(0, MAX_ISSUES).map(({ message, path = [] }) => ({
        code: 'custom',
        message,
        path: path.map((key) => (typeof key === 'object' ? key.key : key)),
        input: undefined,
      })),
    )
  }
}

/**
 * What stands for it where it is described: whatever it says of itself in JSON Schema.
 *
 * @returns `undefined` where it says nothing that can stand inside of a document
 */
export function describedStandard(schema: StandardSchema, side: Side): z.ZodType | undefined {
  try {
    const given = schema['~standard'].jsonSchema?.[side]({ target: 'draft-2020-12' })
    if (!given || JSON.stringify(given).includes('"$ref"')) return undefined
    return z.custom().meta({ ...given, $schema: undefined })
  } catch {
    return undefined // it has types that JSON Schema has not
  }
}
