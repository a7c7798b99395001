import { TRPCError } from '@trpc/server'
import { isObject } from '../trpc/internals.ts'
import { bodyRefusal } from '../body/body-refusal.ts'
import { parseJson } from '../errors/unreadable.ts'

/** The inputs of a request's calls, by their place in it. */
type InputRecord = Readonly<Record<number, unknown>>

export interface Inputs {
  /** Reads them when they are first asked for: a procedure without an input never does. */
  readonly read: () => Promise<InputRecord>
  /** What was read; `undefined` while nothing has been, or nothing can be. */
  readonly known: () => InputRecord | undefined
}

export interface InputSource {
  /** The JSON text, from the query or the body. */
  readonly text: () => string | null | Promise<string>
  /** Where it is from. */
  readonly from: 'query' | 'body'
  /** Whether the text holds an object of inputs, or one input. */
  readonly isBatch: boolean
  /** How many calls there are. */
  readonly count: number
  /** What the router's transformer makes of each. */
  readonly deserialize: (input: unknown) => unknown
}

/** Reading fails with a `TRPCError`, the same one for every call that asks. */
export function createInputs(source: InputSource): Inputs {
  let reading: Promise<InputRecord> | undefined
  let known: InputRecord | undefined
  const read = async () => {
    try {
      known = parse(await source.text(), source)
      return known
    } catch (cause) {
      throw bodyRefusal(cause)
    }
  }
  return { read: () => (reading ??= read()), known: () => known }
}

function parse(
  text: string | null,
  { from, isBatch, count, deserialize }: Omit<InputSource, 'text'>,
): InputRecord {
  const value: unknown = text ? parseJson(text, from === 'body' ? 'body' : 'input') : undefined
  if (value === undefined) return {}
  if (!isBatch) return { 0: deserialize(value) }
  if (!isObject(value)) throw new TRPCError({ code: 'BAD_REQUEST' })
  const inputs: Record<number, unknown> = {}
  for (let index = 0; index < count; index++) {
    const input = value[index]
    if (input !== undefined) inputs[index] = deserialize(input)
  }
  return inputs
}
