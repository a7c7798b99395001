import type { z } from 'zod'
import { Unfit } from '../errors/router-error.ts'
import { describeJsonInput } from '../openapi/inputs.ts'
import { describeJsonOutput, type Described, type Json } from '../openapi/json-schema.ts'
import type { InputObject } from '../procedures/inputs.ts'

/** A schema that needs nothing around it, and whose root is an object. */
export interface ObjectSchema extends Json {
  readonly type: 'object'
}

const NO_ARGUMENTS: ObjectSchema = { type: 'object', additionalProperties: false }

/**
 * What a tool takes: its arguments have names.
 *
 * @throws {Unfit} for an input that is no object, or has no JSON
 */
export function describeArguments(name: string, input: InputObject | undefined): ObjectSchema {
  if (!input) return NO_ARGUMENTS
  const schema = objectSchemaOf(describeJsonInput({ name, input }))
  if (schema) return schema
  throw new Unfit(
    'its input is no object, and the arguments of a tool have names: write .input(z.object({ … })), or take `mcp` out of its meta',
  )
}

/** What a tool gives as structured content; `undefined` for what is no object, which it gives as text alone. */
export function describeResult(name: string, output: z.core.$ZodType): ObjectSchema | undefined {
  return objectSchemaOf(describeJsonOutput(output, name))
}

function objectSchemaOf(described: Described): ObjectSchema | undefined {
  const { schema, components } = described
  if (!isObject(schema, described)) return undefined
  const root = referred(schema, described)
  const hasReferences = Object.keys(components).length > 0
  const whole = { ...root, type: 'object', ...(hasReferences && { $defs: components }) }
  const text = JSON.stringify(whole).replaceAll('"#/components/schemas/', '"#/$defs/')
  return JSON.parse(text) as ObjectSchema
}

/** Whether all that fits is an object. */
function isObject(schema: Json, described: Described): boolean {
  const { type, anyOf, oneOf, allOf } = referred(schema, described)
  const every = (members: unknown) =>
    Array.isArray(members) && members.every((member: Json) => isObject(member, described))
  const some = (members: unknown) =>
    Array.isArray(members) && members.some((member: Json) => isObject(member, described))
  return type === 'object' || every(anyOf) || every(oneOf) || some(allOf)
}

const PREFIX = '#/components/schemas/'

function referred(schema: Json, { components }: Described): Json {
  const { $ref } = schema
  return typeof $ref === 'string' ? (components[$ref.slice(PREFIX.length)] ?? schema) : schema
}
