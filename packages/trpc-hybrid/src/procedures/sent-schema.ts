import { z } from 'zod'
import { dateOf } from './rfc3339.ts'
import { asItem, asKey, boundIssues, boundItemIssues } from './bounded-issues.ts'
import { Unfit } from '../errors/router-error.ts'
import { isSchema } from './inputs.ts'
import { isZod3, ZOD_3 } from './zod-3.ts'
import { partsOf, withParts, type Part, type Source } from './schema-parts.ts'

type Schema = z.core.$ZodType
type AnySchema = z.core.$ZodTypes

/** A schema that refers to itself through one lazy schema ends; one that makes new schemas does not. */
const MAX_DEPTH = 5_000

interface Node extends Part {
  /** Those that it is part of. */
  readonly owners: Node[]
  readonly parts: readonly Part[]
  /** Whether it holds itself. At least one of each circle is marked. */
  isCircular: boolean
  changes: boolean
  changed?: Schema
}

export interface Sent {
  readonly schema: Schema
  /** Whether the schema lets a value of any depth through. */
  readonly isDeep: boolean
}

/** The parts of one input, by what they are given. */
interface Nodes extends Readonly<Record<Source, Map<Schema, Node>>> {
  /** Whether few issues are told of each list. */
  readonly isBounded: boolean
}

const noNodes = (isBounded: boolean): Nodes => ({ sent: new Map(), native: new Map(), isBounded })

/**
 * The schema of what is sent in place of a value: the same, but dates and big integers may come as texts, which
 * JSON has in place of them, and few issues are told of a list. Made once, so that an input is parsed once. The
 * given schema is not changed; it is returned itself where there is nothing to change.
 *
 * @throws {Unfit} for a schema without end
 */
export function sentSchema(schema: Schema): Sent {
  const { schema: sent, all } = rewrite(schema, noNodes(true))
  const isDeep = all.some((node) => node.isCircular || takesAnything(node.schema))
  return { schema: sent, isDeep }
}

/** The same, but all issues are told, and zod runs each part as it runs any other: for what zod compiles. */
export function unboundedSchema(schema: Schema): Schema {
  return rewrite(schema, noNodes(false)).schema
}

function rewrite(schema: Schema, nodes: Nodes) {
  const root = collect({ schema, source: 'sent' }, nodes)
  const all = [...nodes.sent.values(), ...nodes.native.values()]
  markOwners(all.filter(({ changes }) => changes))
  for (const node of all) resolveFields(build(node, nodes))
  return { schema: build(root, nodes), all }
}

/**
 * A schema and all inside of it, each once.
 *
 * @throws {Unfit} for a schema that has one of zod 3 inside, naming its field, or makes schemas without end
 */
export function distinctParts(schema: Schema, what: 'input' | 'output'): readonly Part[] {
  const nodes = noNodes(true)
  collect({ schema, source: 'sent' }, nodes, what)
  const all = [...nodes.sent.values(), ...nodes.native.values()]
  return all.map(({ schema, source }) => ({ schema, source }))
}

function collect(root: Part, nodes: Nodes, what = 'input'): Node {
  const first = createNode(root, nodes)
  const path = [{ node: first, next: 0 }]
  const open = new Set([first])
  for (let at = path.at(-1); at; at = path.at(-1)) {
    const part = at.node.parts[at.next++]
    if (!part) {
      open.delete(at.node)
      path.pop()
      continue
    }
    if (!isSchema(part.schema)) throw foreign(part, { owners: path.map(({ node }) => node), what })
    const known = nodes[part.source].get(part.schema)
    const node = known ?? createNode(part, nodes)
    node.owners.push(at.node)
    if (open.has(node)) node.isCircular = node.changes = true
    if (known) continue
    path.push({ node, next: 0 })
    open.add(node)
    if (path.length > MAX_DEPTH) {
      throw new Unfit(
        `its ${what} makes new schemas without end: let z.lazy() return one schema that is made once`,
      )
    }
  }
  return first
}

function foreign(
  { schema }: Part,
  { owners, what }: { readonly owners: readonly Node[]; readonly what: string },
): Unfit {
  const schemas: readonly unknown[] = [...owners.map((owner) => owner.schema), schema]
  const names = owners.flatMap((owner, at) => {
    const { shape = {} } = owner.schema._zod.def as { shape?: Record<string, unknown> }
    return Object.keys(shape).find((name) => shape[name] === schemas[at + 1]) ?? []
  })
  const field = names.length > 0 ? `its ${what} ${names.join('.')}` : `a part of its ${what}`
  return new Unfit(`${field} is ${isZod3(schema) ? ZOD_3 : 'no schema of zod 4'}`)
}

function createNode({ schema, source }: Part, nodes: Nodes): Node {
  const isText = readerOf(schema, source) !== undefined
  const changes = isText || (nodes.isBounded && isList(schema))
  const parts = partsOf(schema, source)
  const node: Node = { schema, source, owners: [], parts, isCircular: false, changes }
  nodes[source].set(schema, node)
  return node
}

function markOwners(changing: Node[]): void {
  for (let node = changing.pop(); node; node = changing.pop()) {
    for (const owner of node.owners) {
      if (owner.changes) continue
      owner.changes = true
      changing.push(owner)
    }
  }
}

function build(node: Node, nodes: Nodes): Schema {
  const { schema, source } = node
  if (!node.changes) return schema
  if (node.changed) return node.changed
  const listed = nodes.isBounded && isList(schema)
  const replace = (part: Part): Schema => {
    const known = nodes[part.source].get(part.schema)
    return known ? build(known, nodes) : part.schema
  }
  const parts = withParts(schema, source, replace)
  const changed = copy(schema, listed ? withItems(schema, parts) : parts)
  node.changed = changed
  const read = readerOf(schema, source)
  if (read && !nodes.isBounded) return (node.changed = z.pipe(z.transform(read), changed))
  if (read) readFirst(changed, read)
  if (listed) boundItemIssues(changed)
  else if (node.isCircular) boundIssues(changed)
  return changed
}

/** The same schema with another definition. A default may be a getter, which must not be asked yet. */
function copy(schema: Schema, parts: object): Schema {
  const { def } = (schema as AnySchema)._zod
  const changes = {
    ...parts,
    ...(def.type === 'date' && { coerce: false }),
    ...(def.type === 'lazy' && { _cachedInner: undefined }), // where zod keeps the one inside
  }
  const given = Object.getOwnPropertyDescriptors(def)
  const changed = {
    ...given,
    ...Object.getOwnPropertyDescriptors(changes),
  } as PropertyDescriptorMap
  return z.core.clone(schema, Object.defineProperties({}, changed) as typeof def)
}

/** Asks an object for its fields, which zod would do when it first parses. */
function resolveFields(schema: Schema): void {
  const { def } = (schema as AnySchema)._zod
  if (def.type === 'object') Reflect.get(def, 'shape')
}

/** What is handed on without a look at what is inside. */
const takesAnything = (schema: Schema) =>
  ['any', 'unknown', 'custom', 'transform'].includes((schema as AnySchema)._zod.def.type)

/** What may be of any length, and so have any number of issues. */
function isList(schema: Schema): boolean {
  const { def } = (schema as AnySchema)._zod
  switch (def.type) {
    case 'array':
    case 'record':
    case 'map':
    case 'set':
      return true
    case 'tuple':
      return def.rest !== null
    case 'object':
      return def.catchall !== undefined && !isOpen(def.catchall)
    default:
      return false
  }
}

/** Of `z.looseObject()` and `z.strictObject()`, which tell at most one issue of all other fields. */
const isOpen = (schema: Schema) =>
  ['unknown', 'never'].includes((schema as AnySchema)._zod.def.type)

function withItems(schema: Schema, parts: object): object {
  const { def } = (schema as AnySchema)._zod
  const item = ITEMS[def.type]
  const items = Object.entries(parts).map(([name, part]): [string, unknown] => {
    if (name === item) return [name, asItem(part as Schema)]
    const isKey = name === 'keyType' && areKeysRequired(def)
    return [name, isKey ? asKey(part as Schema) : part]
  })
  return Object.fromEntries(items)
}

/** Whether a key that does not fit is an issue, and always. */
const areKeysRequired = (def: AnySchema['_zod']['def']) =>
  def.type === 'record' && def.mode !== 'loose' && def.keyType._zod.values === undefined

const ITEMS: Readonly<Record<string, string>> = {
  array: 'element',
  record: 'valueType',
  map: 'valueType',
  set: 'valueType',
  tuple: 'rest',
  object: 'catchall',
}

type Read = (value: unknown) => unknown

function readerOf(schema: Schema, source: Source): Read | undefined {
  if (source === 'native') return undefined
  const { def } = (schema as AnySchema)._zod
  if (def.type === 'date') return readDate
  if (def.type === 'bigint') return def.coerce ? readCoercedBigint : readBigint
  return undefined
}

const readDate: Read = (value) => (typeof value === 'string' ? (dateOf(value) ?? value) : value)

const BIGINT = /^-?\d+$/
const readBigint: Read = (value) =>
  typeof value === 'string' && BIGINT.test(value) ? BigInt(value) : value

/** Coercion would take a blank for 0, and `0x10` for 16, so it gets a value that it refuses instead. */
const readCoercedBigint: Read = (value) => {
  const read = readBigint(value)
  return typeof read === 'string' ? Number.NaN : read
}

function readFirst(schema: Schema, read: Read): void {
  const { _zod: zod } = schema
  const run = zod.run.bind(zod)
  zod.run = (payload, ctx) => {
    payload.value = read(payload.value)
    return run(payload, ctx)
  }
}
