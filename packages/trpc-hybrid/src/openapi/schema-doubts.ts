import { z } from 'zod'
import { partsInside } from '../procedures/known-parts.ts'
import { COMPONENTS } from './components.ts'

type Schema = z.core.$ZodType
type AnySchema = z.core.$ZodTypes
type Side = 'input' | 'output'

interface Named {
  readonly schema: Schema
  readonly sides: Set<Side>
}

/** Whether schemas are sure to have a description, as far as a short look tells: what is doubted may have one, too. */
export class SchemaDoubts {
  readonly #named = new Map<string, Named>()
  #mayCollide = false

  /** @param schema all of an input, or of an output */
  isSure(schema: Schema, side: Side): boolean {
    const { all, isTree } = partsInside(schema, side)
    let isSure = isTree
    for (const part of all) {
      for (const one of withParents(part.schema)) {
        const meta = z.globalRegistry.get(one)
        if (meta?.id !== undefined) this.#note(meta.id, one, side)
        if (part.source === 'sent' || side === 'output') isSure &&= isSureItself(one, side, meta)
      }
    }
    return isSure
  }

  /** Whether the ids of all that was looked at are sure to name one schema each. */
  get areIdsApart(): boolean {
    const renamed = [...this.#named].filter(([, { sides }]) => sides.size > 1)
    return !this.#mayCollide && renamed.every(([id]) => !this.#named.has(`${id}Input`))
  }

  #note(id: string, schema: Schema, side: Side): void {
    const named = this.#named.get(id) ?? { schema, sides: new Set() }
    this.#named.set(id, named)
    named.sides.add(side)
    if (id in COMPONENTS.schemas || named.schema !== schema) this.#mayCollide = true
  }
}

/** A schema, and those that it was made of by `.meta()` or a check, which are described too. */
export function withParents(schema: Schema): readonly Schema[] {
  const { parent } = schema._zod
  return parent ? [schema, ...withParents(parent)] : [schema]
}

/** Without what is inside of it. */
function isSureItself({ _zod: zod }: Schema, side: Side, meta?: z.core.GlobalMeta): boolean {
  if (zod.toJSONSchema || !isSureMeta(meta)) return false
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
      return true
    case 'bigint':
    case 'nonoptional':
    case 'pipe':
    case 'transform':
      return side === 'input'
    case 'literal':
      return def.values.every(isScalar)
    case 'record':
      return isSureKey(def.keyType)
    case 'default':
      return isJson(() => def.defaultValue)
    case 'prefault':
      return side === 'input' && isJson(() => def.defaultValue)
    default:
      return false
  }
}

const isSureKey = (schema: Schema) =>
  KEYS.includes((schema as AnySchema)._zod.def.type) && isSureMeta(z.globalRegistry.get(schema))

const KEYS: readonly AnySchema['_zod']['def']['type'][] = ['string', 'enum', 'literal']

const isScalar = (value: unknown) =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)

/** Whether all that it says is about the schema, and does not describe it in other words. */
const isSureMeta = (meta: z.core.GlobalMeta = {}): boolean =>
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
