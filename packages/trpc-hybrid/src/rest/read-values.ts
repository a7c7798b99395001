import type { z } from 'zod'
import { innerOf, isPreprocess } from '../procedures/inputs.ts'
import { firstThatFits } from './first-that-fits.ts'
import { bigintFrom, dateFrom } from './read-texts.ts'

type Schema = z.core.$ZodType
type AnySchema = z.core.$ZodTypes

export type ReadValue = (value: unknown) => unknown

/** Schemas that refer to themselves are met again before their reader is finished. */
type Known = Map<Schema, ReadValue | undefined>

/**
 * Reads dates and big integers, which are strings in JSON, wherever a schema has them.
 *
 * @returns `undefined` where JSON has all the types that the schema needs
 */
export function createValueReader(schema: Schema, known: Known = new Map()): ReadValue | undefined {
  if (known.has(schema)) return known.get(schema)
  known.set(schema, (value) => {
    const read = known.get(schema)
    return read ? read(value) : value
  })
  const read = readerOf(schema as AnySchema, (inner) => createValueReader(inner, known))
  known.set(schema, read)
  return read
}

function readerOf(
  schema: AnySchema,
  inside: (inner: Schema) => ReadValue | undefined,
): ReadValue | undefined {
  if (isPreprocess(schema)) return undefined
  const { def } = schema._zod
  switch (def.type) {
    case 'date':
      return forText(dateFrom)
    case 'bigint':
      return forText(bigintFrom)
    case 'object':
      return fieldsBy(mapValues(def.shape, inside), def.catchall && inside(def.catchall))
    case 'record':
      return fieldsBy({}, inside(def.valueType))
    case 'array':
      return itemsBy([], inside(def.element))
    case 'tuple':
      return itemsBy(def.items.map(inside), def.rest ? inside(def.rest) : undefined)
    case 'intersection':
      return both(inside(def.left), inside(def.right))
    case 'union': {
      if (!def.options.some(inside)) return undefined
      return firstThatFits<unknown>(def.options, (option) => inside(option) ?? asItIs)
    }
    default: {
      const inner = innerOf(schema)
      return inner && inside(inner)
    }
  }
}

const asItIs: ReadValue = (value) => value

const forText =
  (read: (text: string) => unknown): ReadValue =>
  (value) =>
    typeof value === 'string' ? read(value) : value

function mapValues<T, R>(object: Readonly<Record<string, T>>, change: (value: T) => R) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]))
}

type Reader = ReadValue | undefined

const both = (one: Reader, other: Reader): Reader =>
  one && other ? (value) => other(one(value)) : (one ?? other)

function fieldsBy(fields: Readonly<Record<string, Reader>>, others: Reader): Reader {
  const readers = new Map(Object.entries(fields))
  if (!others && ![...readers.values()].some(Boolean)) return undefined
  const readerFor = (name: string) => (readers.has(name) ? readers.get(name) : others)
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    const entries = Object.entries(value as Record<string, unknown>)
    return Object.fromEntries(
      entries.map(([name, field]) => [name, readerFor(name)?.(field) ?? field]),
    )
  }
}

function itemsBy(items: readonly Reader[], others: Reader): Reader {
  if (!others && !items.some(Boolean)) return undefined
  return (value) => {
    if (!Array.isArray(value)) return value
    return value.map((item: unknown, at) => (items[at] ?? others)?.(item) ?? item)
  }
}
