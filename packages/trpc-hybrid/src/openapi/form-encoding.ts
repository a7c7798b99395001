import type { Described, Json } from './json-schema.ts'

/**
 * The `encoding` of a form (OpenAPI 3.1, Encoding Object): the items of a list are pairs of their own,
 * `tags=red&tags=blue`. That is the default too, but Swagger UI writes `tags=red,blue` where it is not said.
 */
export function formEncoding(
  schema: { readonly properties?: Readonly<Record<string, Json>> },
  components: Described['components'],
): { encoding?: object } {
  const lists = Object.entries(schema.properties ?? {}).filter(([, field]) =>
    mayBeList(field, components),
  )
  if (lists.length === 0) return {}
  return {
    encoding: Object.fromEntries(lists.map(([name]) => [name, { style: 'form', explode: true }])),
  }
}

const REFERENCE = '#/components/schemas/'

/** @param passed names of the components on the way here, since a schema may refer to itself */
function mayBeList(
  schema: Json,
  components: Described['components'],
  passed: readonly string[] = [],
): boolean {
  const { type, $ref: ref, anyOf = [], oneOf = [], allOf = [] } = schema as Keywords
  if (type === 'array' || (Array.isArray(type) && type.includes('array'))) return true
  const name = ref?.slice(REFERENCE.length)
  const target = name === undefined || passed.includes(name) ? undefined : components[name]
  const way = name === undefined ? passed : [...passed, name]
  return [...anyOf, ...oneOf, ...allOf, ...(target ? [target] : [])].some((part) =>
    mayBeList(part, components, way),
  )
}

interface Keywords {
  readonly type?: string | readonly string[]
  readonly $ref?: string
  readonly anyOf?: readonly Json[]
  readonly oneOf?: readonly Json[]
  readonly allOf?: readonly Json[]
}
