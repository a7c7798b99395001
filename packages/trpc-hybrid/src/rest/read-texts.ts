import type { z } from 'zod'
import { canBeText, innerOf, isPreprocess } from '../procedures/inputs.ts'
import { Unfit } from '../errors/router-error.ts'
import { dateOf } from '../procedures/rfc3339.ts'
import { firstThatFits } from './first-that-fits.ts'

/** One text, or those of a name that is there more than once. In a form some are files. */
export type Texts = string | File | readonly (string | File)[]

/**
 * Turns texts into what they stand for. Those that stand for nothing are returned unchanged, for the schema
 * to refuse.
 */
export type ReadTexts = (texts: Texts) => unknown

type Schema = z.core.$ZodType
type AnySchema = z.core.$ZodTypes

/**
 * Reads the texts of a path, a query or a form as the schema of a field wants them.
 *
 * @throws {Unfit} for a schema that no text can stand for
 */
export function createTextReader(schema: Schema): ReadTexts {
  if (isPreprocess(schema)) return asItIs // it is written to be given texts
  const { def } = (schema as AnySchema)._zod
  switch (def.type) {
    case 'string':
    case 'template_literal':
    case 'any':
    case 'unknown':
    case 'never':
    case 'undefined':
    case 'custom':
    case 'transform':
    case 'file': // what is no form has none: `file-inputs.ts` sees to that
      return asItIs
    case 'number':
      return forOne(def.coerce ? orNaN(numberFrom) : numberFrom)
    case 'boolean':
      if (def.coerce) throw new Unfit('coercion takes the text "false" for true: write z.boolean()')
      return forOne(booleanFrom)
    case 'bigint':
      return forOne(def.coerce ? orNaN(bigintFrom) : bigintFrom)
    case 'date':
      return forOne(dateFrom)
    case 'enum':
    case 'literal':
      return forOne(oneOf(schema._zod.values))
    case 'array':
      return listOf(def.element)
    case 'tuple':
      return tupleOf(def.items, def.rest)
    case 'union':
      return firstThatFits(def.options.filter(canBeText), createTextReader)
    case 'intersection':
      return createTextReader(def.left)
    default: {
      const inner = innerOf(schema)
      if (inner) return createTextReader(inner)
      throw new Unfit(`a text can't stand for the type ${def.type}: ${ADVICE}`)
    }
  }
}

const ADVICE =
  'make its fields inputs of their own, take a text and transform it, or send it in a JSON body'

const asItIs: ReadTexts = (texts) => texts

type ReadText = (text: string) => unknown

/** If a name appears twice where one value belongs, the schema gets a list and refuses it. */
const forOne = (read: ReadText): ReadTexts => {
  return (texts) => (typeof texts === 'string' ? read(texts) : texts)
}

/** Numbers as JSON writes them. JavaScript would take a blank for 0, and `0x10` for 16. */
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i
const numberFrom: ReadText = (text) =>
  NUMBER.test(text) && Number.isFinite(Number(text)) ? Number(text) : text

const booleanFrom: ReadText = (text) =>
  text === 'true' || text === 'false' ? text === 'true' : text

const bigintFrom: ReadText = (text) => (/^-?\d+$/.test(text) ? BigInt(text) : text)

const dateFrom: ReadText = (text) => dateOf(text) ?? text

const oneOf = (values: ReadonlySet<unknown> = new Set()): ReadText => {
  const byText = new Map([...values].map((value) => [String(value), value]))
  return (text) => byText.get(text) ?? text
}

/** Coercion would take a blank for 0, so it gets a value that it refuses instead. */
const orNaN =
  (read: ReadText): ReadText =>
  (text) => {
    const value = read(text)
    return value === text ? Number.NaN : value
  }

function listOf(element: Schema): ReadTexts {
  const read = createItemReader(element)
  return (texts) => listed(texts).map((text) => read(text))
}

function tupleOf(items: readonly Schema[], rest: Schema | null): ReadTexts {
  const readers = items.map(createItemReader)
  const readRest = rest ? createItemReader(rest) : asItIs
  return (texts) => listed(texts).map((text, at) => (readers[at] ?? readRest)(text))
}

const listed = (texts: Texts) =>
  typeof texts === 'string' || texts instanceof File ? [texts] : texts

/** @throws {Unfit} for a list too, for which there is no room */
export function createItemReader(schema: Schema): ReadTexts {
  if (holdsList(schema)) throw new Unfit(`there is no room for a list: ${ADVICE}`)
  return createTextReader(schema)
}

function holdsList(schema: Schema): boolean {
  if (isPreprocess(schema)) return false
  const { def } = (schema as AnySchema)._zod
  if (def.type === 'union') return def.options.some(holdsList)
  const inner = innerOf(schema)
  return def.type === 'array' || def.type === 'tuple' || (inner !== undefined && holdsList(inner))
}
