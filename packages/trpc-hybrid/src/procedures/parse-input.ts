import { z } from 'zod'
import { MAX_ISSUES } from './bounded-issues.ts'
import { isTooDeep, MAX_NESTING } from './nesting.ts'
import { compiledFirst } from './compiled.ts'
import { isThenable } from './thenable.ts'
import { requireZod4 } from './known-parts.ts'
import { sentSchema, unboundedSchema } from './sent-schema.ts'

type Schema = z.core.$ZodType
type RawIssue = z.core.$ZodRawIssue
type Issue = z.core.$ZodIssue

/** Of an object's unknown fields, how many are named. */
const MAX_KEYS = 20

/** @throws {z.ZodError} for what does not fit, at once or by its promise, with few issues */
export type ParseInput = (value: unknown) => unknown

/**
 * Parses what was sent as a schema says. The parser is made when it is first used: those of a thousand procedures
 * take a tenth of a start, and of its memory.
 *
 * @throws {Unfit} for a schema without end
 */
export function createInputParser(schema: Schema): ParseInput {
  requireZod4(schema, 'input')
  let parse: ParseInput | undefined
  return (value) => (parse ??= makeParser(schema))(value)
}

/** Parses once, unless some check turns out to be asynchronous, which zod finds when it first meets it. */
function makeParser(schema: Schema): ParseInput {
  const { schema: sent, isDeep } = sentSchema(schema)
  let isAsync = false
  const parse = compiledFirst(
    () => unboundedSchema(schema),
    (value) => {
      if (!isAsync) {
        try {
          return outcome(sent._zod.run({ value, issues: [] }, { async: false }))
        } catch (error) {
          if (!(error instanceof z.core.$ZodAsyncError)) throw error
          isAsync = true
        }
      }
      return parseAsync(sent, value)
    },
  )
  return (value) => {
    if (isDeep && isTooDeep(value)) throw tooDeep()
    return parse(value)
  }
}

async function parseAsync(schema: Schema, value: unknown): Promise<unknown> {
  return outcome(await schema._zod.run({ value, issues: [] }, { async: true }))
}

function outcome(result: unknown): unknown {
  if (isThenable(result)) throw new z.core.$ZodAsyncError()
  const { issues, value } = result as z.core.ParsePayload
  if (issues.length === 0) return value
  throw new z.ZodRealError(issues.slice(0, MAX_ISSUES).map(finish))
}

function finish(raw: RawIssue): Issue {
  const few = raw.code === 'unrecognized_keys' ? { ...raw, keys: raw.keys.slice(0, MAX_KEYS) } : raw
  const issue = z.core.util.finalizeIssue(few, undefined, z.config())
  return countOf(issue, MAX_ISSUES) > MAX_ISSUES ? withoutInner(issue) : issue
}

/** How many issues there are in those of a union's options; no more than `max` are counted, and one. */
function countOf(issue: Issue, max: number): number {
  let count = 1
  for (const inner of issue.code === 'invalid_union' ? issue.errors.flat() : []) {
    if (count > max) return count
    count += countOf(inner, max - count)
  }
  return count
}

/** Those of a recursive union may be as many as 2 to the power of its depth, though zod has each but once. */
const withoutInner = (issue: Issue): Issue =>
  issue.code === 'invalid_union' ? { ...issue, errors: [] } : issue

export function tooDeep(): z.ZodError {
  const message = `Too deep: at most ${MAX_NESTING} lists and objects in one another`
  return new z.ZodRealError([{ code: 'custom', path: [], message, input: undefined }])
}
