import { TRPCError } from '@trpc/server'
import { ZodError } from 'zod'

export interface InputIssue {
  /** Where in the input, from its root: `['address', 'lines', 0]`. */
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** What does not fit in an input; `undefined` where that is not what went wrong. */
export function inputIssuesOf(error: unknown): InputIssue[] | undefined {
  if (!(error instanceof TRPCError) || error.code !== 'BAD_REQUEST') return undefined
  if (!(error.cause instanceof ZodError)) return undefined
  return error.cause.issues.map(({ path, message }) => ({
    path: path.map((key) => (typeof key === 'symbol' ? String(key) : key)),
    message,
  }))
}
