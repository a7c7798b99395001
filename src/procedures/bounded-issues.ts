import { z } from 'zod'
import { isThenable } from '../thenable.ts'

type Schema = z.core.$ZodType
type Context = z.core.ParseContextInternal
type Payload = z.core.ParsePayload

/** How many issues are told of one input, and so of one list in it. */
export const MAX_ISSUES = 20

/** Tells no more than `MAX_ISSUES` issues of what a schema is given. */
export function boundIssues(schema: Schema): void {
  const { _zod: zod } = schema
  const run = zod.run.bind(zod)
  zod.run = (payload, ctx) => {
    const result = run(payload, ctx)
    return isThenable(result) ? result.then(cutIssues) : cutIssues(result)
  }
}

/**
 * The same for a list whose items are made by `asItem`. zod would go on: 100 KiB of `[{},{},…]` have 165,000
 * issues, each copied at every level around it.
 */
export function boundItemIssues(schema: Schema): void {
  const { _zod: zod } = schema
  const run = zod.run.bind(zod)
  zod.run = (payload, ctx) => {
    const result = run(payload, new ListContext(ctx))
    return isThenable(result) ? result.then(cutIssues) : cutIssues(result)
  }
}

/** What zod hands to the schemas inside, for one list. */
class ListContext {
  readonly outer: Context
  readonly async: boolean | undefined
  issuesLeft = MAX_ISSUES

  constructor(outer: Context) {
    this.outer = outer
    this.async = outer.async
  }

  /** Where zod remembers what it has parsed already, for all of an input. */
  get ['~memo'](): unknown {
    return (this.outer as { '~memo'?: unknown })['~memo']
  }

  set ['~memo'](state) {
    ;(this.outer as { '~memo'?: unknown })['~memo'] = state
  }
}

/**
 * The schema of an item of a list whose issues are bounded. Once the list has too many, nothing more of it is
 * checked: it is refused anyway.
 */
export function asItem(schema: Schema): Schema {
  const { _zod: zod } = schema
  return withRun(zod, (payload, list) => {
    if (list.issuesLeft <= 0) return payload
    const result = zod.run(payload, list.outer)
    if (isThenable(result)) return result.then((one) => count(one, list))
    return result.issues.length > 0 ? count(result, list) : result
  })
}

/** The same for a key of a record. zod tries one that is written as a number again, as a number. */
export function asKey(schema: Schema): Schema {
  const { _zod: zod } = schema
  return withRun(zod, (payload, list) => {
    if (list.issuesLeft <= 0) return payload
    const result = zod.run(payload, list.outer)
    if (isThenable(result) || result.issues.length === 0) return result
    const isNumber = z.core.regexes.number.test(String(payload.value))
    return isNumber ? result : count(result, list)
  })
}

type Run = (payload: Payload, list: ListContext) => Payload | Promise<Payload>

const withRun = (zod: Schema['_zod'], run: Run) =>
  ({ _zod: Object.create(zod, { run: { value: run } }) as Schema['_zod'] }) as Schema

function count(result: Payload, list: ListContext): Payload {
  list.issuesLeft -= result.issues.length
  if (list.issuesLeft <= 0) abort(result) // a check of the list itself must not see what nobody has checked
  return result
}

function cutIssues(result: Payload): Payload {
  if (result.issues.length <= MAX_ISSUES) return result
  result.issues.length = MAX_ISSUES
  abort(result)
  return result
}

function abort({ issues }: Payload): void {
  const last = issues.at(-1)
  if (last) issues[issues.length - 1] = { ...last, continue: false }
}
