import { z } from 'zod'
import type { RestOperation } from '../procedures/operations.ts'
import { entriesOf, type InputObject } from '../procedures/inputs.ts'
import { formEncoding } from './form-encoding.ts'
import { binary, multipartEncoding } from './multipart-encoding.ts'
import { describeInput, without, type Described, type Json } from './json-schema.ts'

/** The input of an operation as OpenAPI has it: in its path, its query or its body. */
export interface DescribedInput {
  readonly parameters: readonly object[]
  readonly requestBody: object | undefined
  readonly components: Described['components']
}

interface ObjectSchema extends Json {
  readonly properties?: Readonly<Record<string, Json>>
  readonly required?: readonly string[]
}

/**
 * Describes what an operation takes. trpc-openapi's generator supports no unions, literals, tuples and
 * lists in a query, describes a date as any string, and removes the id of a body's schema.
 *
 * @throws {Unfit} where there is no JSON for it
 */
export function describeInputs(operation: RestOperation): DescribedInput {
  const { input, template, from } = operation
  const headers = describeHeaders(operation)
  const { parameters } = headers
  if (!input) return { parameters, requestBody: undefined, components: headers.components }
  const { schema, components } = describeFields(operation, input)
  const isOfPath = (name: string) => template.names.includes(name)
  const path = parametersIn('path', fieldsOf(schema, isOfPath))
  const others = fieldsOf(schema, (name) => !isOfPath(name))
  const body = withWholes(operation, { schema: others, components })
  return {
    parameters: [
      ...path,
      ...(from === 'query'
        ? parametersIn(
            'query',
            others,
            Object.keys(input.fields).filter((name) => entriesOf(input.fields[name])),
          )
        : []),
      ...parameters,
    ],
    requestBody: from === 'body' ? describeBody(operation, body) : undefined,
    components: { ...headers.components, ...body.components },
  }
}

/** Those that its chain reads, and those that its meta says of others. */
function describeHeaders(operation: RestOperation) {
  const { headers, meta } = operation
  const schemas = meta.requestHeaders ? [...headers, meta.requestHeaders] : headers
  const all = schemas.map((schema) => describe(operation, schema))
  const byName = new Map<string, Parameter>()
  for (const { schema } of all) {
    for (const parameter of parametersIn('header', schema)) {
      const key = parameter.name.toLowerCase()
      if (!byName.has(key)) byName.set(key, parameter)
    }
  }
  const components = Object.assign(
    {},
    ...all.map((one) => one.components),
  ) as Described['components']
  return { parameters: [...byName.values()], components }
}

/** An input that is sent as JSON, all of it. @throws {Unfit} where there is no JSON for it */
export function describeJsonInput(named: NamedInput & { readonly input: InputObject }): Described {
  return withWholes(named, describeFields(named, named.input))
}

type NamedInput = Pick<RestOperation, 'name' | 'input'>

function describeFields(named: NamedInput, input: InputObject): Described {
  const fields = z.object(input.fields)
  const object = input.others ? fields.catchall(input.others) : fields
  return describe(named, input.meta ? object.meta(without('id', input.meta)) : object)
}

/** What is no object must fit as a whole, beside the fields that are not in the path. */
function withWholes(operation: NamedInput, described: Described): Described {
  const wholes = operation.input?.wholes ?? []
  if (wholes.length === 0) return described
  const parts = wholes.map((schema) => describe(operation, schema))
  const { properties = {} } = described.schema as ObjectSchema
  const fields = Object.keys(properties).length > 0 ? [described.schema] : []
  const all = [...fields, ...parts.map(({ schema }) => schema)]
  const [first = {}] = all
  return {
    schema: all.length === 1 ? first : { allOf: all },
    components: Object.assign(
      {},
      described.components,
      ...parts.map((one) => one.components),
    ) as Described['components'],
  }
}

const describe = ({ name }: NamedInput, schema: z.core.$ZodType) =>
  describeInput(schema, name.replaceAll('.', '_'))

function fieldsOf(schema: ObjectSchema, isWanted: (name: string) => boolean): ObjectSchema {
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) => isWanted(name))
  const required = (schema.required ?? []).filter(isWanted)
  return {
    ...without('required', schema),
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
  }
}

interface Parameter {
  readonly name: string
}

function parametersIn(
  place: 'path' | 'query' | 'header',
  schema: ObjectSchema,
  deep: readonly string[] = [],
): Parameter[] {
  const sent = Object.entries(schema.properties ?? {}).filter(([, { not }]) => not === undefined)
  return sent.map(([name, field]) => {
    const { description, deprecated, ...value } = withoutNull(field)
    return {
      in: place,
      name,
      ...(description !== undefined && { description }),
      ...(deprecated !== undefined && { deprecated }),
      ...(deep.includes(name) && { style: 'deepObject', explode: true }),
      required: place === 'path' || (schema.required?.includes(name) ?? false),
      schema: value,
    }
  })
}

function describeBody(
  { input, contentTypes, template }: RestOperation,
  { schema, components }: { schema: ObjectSchema; components: Described['components'] },
): object | undefined {
  const { wholes = [], bytes } = input ?? {}
  const isWhole = wholes.length > 0 || bytes !== undefined
  const isEmpty = !isWhole && Object.keys(schema.properties ?? {}).length === 0 && !input?.others
  if (isEmpty && template.names.length > 0) return undefined
  return {
    required: !input?.optional && (isWhole || schema.required !== undefined),
    content: Object.fromEntries(
      contentTypes.map((type) => [type, describeContent(type, { schema, components })]),
    ),
  }
}

function describeContent(
  type: string,
  { schema, components }: { schema: ObjectSchema; components: Described['components'] },
): object {
  switch (type) {
    case 'application/json':
      return { schema }
    case 'application/x-www-form-urlencoded':
      return { schema, ...formEncoding(schema, components) }
    case 'multipart/form-data':
      return { schema, ...multipartEncoding(schema) }
    default:
      return { schema: binary(type) }
  }
}

/** A path, a query and a header contain strings: none of them is null. */
function withoutNull(schema: Json): Json {
  const {
    type,
    anyOf,
    enum: values,
    ...rest
  } = schema as {
    type?: unknown
    anyOf?: readonly Json[]
    enum?: readonly unknown[]
  }
  const options = anyOf?.filter((option) => option['type'] !== 'null').map(withoutNull)
  const types = Array.isArray(type) ? type.filter((one) => one !== 'null') : type
  return {
    ...rest,
    ...(types !== undefined && {
      type: Array.isArray(types) && types.length === 1 ? types[0] : types,
    }),
    ...(values && { enum: values.filter((value) => value !== null) }),
    ...(options && (options.length === 1 ? options[0] : { anyOf: options })),
  }
}
