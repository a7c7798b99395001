import type { z } from 'zod'
import { isSchema } from './inputs.ts'
import { partsOf, type Part } from './schema-parts.ts'
import { distinctParts } from './sent-schema.ts'

type Schema = z.core.$ZodType

/** What a schema is made of. */
interface Parts {
  /** Itself first. Of a tree, some more than once. */
  readonly all: readonly Part[]
  /** Whether it is small, and does not hold itself. */
  readonly isTree: boolean
}

/** Several checks of a start ask for the parts of a schema, and several procedures have the same one. */
const KNOWN = new WeakMap<Schema, Parts>()

/**
 * @param what a problem is told of
 * @throws {Unfit} for a schema that has one of zod 3 inside, naming its field, or makes schemas without end
 */
export function partsInside(schema: Schema, what: 'input' | 'output' = 'input'): Parts {
  const known = KNOWN.get(schema)
  if (known) return known
  const tree = treeOf(schema)
  const parts = tree
    ? { all: tree, isTree: true }
    : { all: distinctParts(schema, what), isTree: false }
  KNOWN.set(schema, parts)
  return parts
}

/** @throws {Unfit} as `partsInside` */
export function requireZod4(schema: Schema, what: 'input' | 'output'): void {
  partsInside(schema, what)
}

/** Whether such a schema is part of what is sent. */
export function holds(schema: Schema, isWanted: (part: Schema) => boolean): boolean {
  return partsInside(schema).all.some((part) => part.source === 'sent' && isWanted(part.schema))
}

const MAX_TREE = 200

/**
 * The same without a look at which parts are the same, which takes half of the time.
 *
 * @returns `undefined` for what has many parts, as what holds itself has, or has others than schemas of zod 4
 */
function treeOf(root: Schema): readonly Part[] | undefined {
  const parts: Part[] = [{ schema: root, source: 'sent' }]
  for (const { schema, source } of parts) {
    if (parts.length > MAX_TREE || !isSchema(schema)) return undefined
    parts.push(...partsOf(schema, source))
  }
  return parts
}
