import { z } from 'zod'
import { isPreprocess } from '../procedures/inputs.ts'
import { partsOf } from '../procedures/schema-parts.ts'
import { COMPONENTS } from './components.ts'

type Schema = z.core.$ZodType
type AnySchema = z.core.$ZodTypes

/** Where a schema is sure to have a description. */
interface Sure {
  readonly input: boolean
  readonly output: boolean
}

const SURE: Sure = { input: true, output: true }
const DOUBTED: Sure = { input: false, output: false }
const INPUT_ALONE: Sure = { input: true, output: false }

const both = (one: Sure, other: Sure): Sure => ({
  input: one.input && other.input,
  output: one.output && other.output,
})

/**
 * Whether schemas are sure to have a description, as far as a short look tells: what is doubted may have one, too.
 * Each schema is looked at once.
 */
export class SchemaDoubts {
  readonly #known = new Map<Schema, Sure>()
  readonly #named = new Map<string, Schema>()
  #mayCollide = false

  isSure(schema: Schema, side: keyof Sure): boolean {
    return this.#look(schema)[side]
  }

  /** Whether the ids of all that was looked at are sure to name one schema each. */
  get areIdsApart(): boolean {
    return (
      !this.#mayCollide && [...this.#named.keys()].every((id) => !this.#named.has(`${id}Input`))
    )
  }

  #look(schema: Schema): Sure {
    const known = this.#known.get(schema)
    if (known) return known
    this.#known.set(schema, DOUBTED) // as long as it may turn out to hold itself
    this.#note(schema)
    const parts = partsOf(schema, 'sent').map((part) => this.#look(part.schema))
    const { parent } = schema._zod
    const given = parent ? [...parts, this.#look(parent)] : parts
    const sure = both(
      ownSureness(schema),
      insideOf(schema, given, (part) => this.#look(part)),
    )
    this.#known.set(schema, sure)
    return sure
  }

  #note(schema: Schema): void {
    const id = z.globalRegistry.get(schema)?.id
    if (id === undefined) return
    const other = this.#named.get(id)
    if (id in COMPONENTS.schemas || (other && other !== schema)) this.#mayCollide = true
    this.#named.set(id, schema)
  }
}

/** What is not sent does not count: of a transform, what it makes. */
function insideOf(schema: Schema, given: readonly Sure[], look: (part: Schema) => Sure): Sure {
  const { def } = (schema as AnySchema)._zod
  if (def.type !== 'pipe') return given.reduce(both, SURE)
  return { input: look(isPreprocess(schema) ? def.out : def.in).input, output: false }
}

/** Without what is inside of it. */
function ownSureness(schema: Schema): Sure {
  const { _zod: zod } = schema
  if (zod.toJSONSchema || !isSureMeta(z.globalRegistry.get(schema))) return DOUBTED
  const { def } = zod as AnySchema['_zod']
  switch (def.type) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
    case 'any':
    case 'unknown':
    case 'never':
    case 'date':
    case 'enum':
    case 'object':
    case 'array':
    case 'tuple':
    case 'union':
    case 'intersection':
    case 'nullable':
    case 'optional':
    case 'readonly':
      return SURE
    case 'bigint':
    case 'nonoptional':
    case 'pipe':
      return INPUT_ALONE
    case 'literal':
      return def.values.every(isScalar) ? SURE : DOUBTED
    case 'record':
      return KEYS.includes((def.keyType as AnySchema)._zod.def.type) ? SURE : DOUBTED
    case 'default':
      return isJson(() => def.defaultValue) ? SURE : DOUBTED
    case 'prefault':
      return isJson(() => def.defaultValue) ? INPUT_ALONE : DOUBTED
    default:
      return DOUBTED
  }
}

const KEYS: readonly AnySchema['_zod']['def']['type'][] = ['string', 'enum', 'literal']

const isScalar = (value: unknown) =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)

/** Whether all that it says is about the schema, and does not describe it in other words. */
export const isSureMeta = (meta: z.core.GlobalMeta = {}): boolean =>
  Object.entries(meta).every(([name, value]) => {
    if (name === 'id')
      return /^[A-Za-z][\w.-]*$/.test(String(value)) && !/^schema\d/.test(String(value))
    if (name === 'examples') return Array.isArray(value) && isJson(() => value as unknown)
    return TEXTS.includes(name) && isScalar(value)
  })

const TEXTS = ['title', 'description', 'deprecated']

function isJson(get: () => unknown): boolean {
  try {
    return typeof JSON.stringify(get()) === 'string'
  } catch {
    return false
  }
}
