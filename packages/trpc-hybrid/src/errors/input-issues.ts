import { TRPCError } from '@trpc/server'
import { z } from 'zod'

/** What is wrong at one place of an input, as a client is told. */
export interface InputIssue {
  /** Where in the input, from its root: `['address', 'lines', 0]`. */
  readonly path: readonly (string | number)[]
  readonly message: string
}

const MAX_ISSUES = 20
/** Of all issues, as JSON. */
const MAX_BYTES = 16 * 1024
/** Characters of a message, and of a name in a path: the names are the sender's, and may be of any length. */
const MAX_MESSAGE = 500
const MAX_NAME = 100

/** What does not fit in an input; `undefined` where that is not what went wrong. */
export function inputIssuesOf(error: unknown): InputIssue[] | undefined {
  if (!(error instanceof TRPCError) || error.code !== 'BAD_REQUEST') return undefined
  // Of zod/mini too, whose errors are of another class.
  return error.cause instanceof z.core.$ZodError ? issuesToTell(error.cause.issues) : undefined
}

const encoder = new TextEncoder()
const bytesOf = (text: string) => encoder.encode(text).length

/** The first issues, as many as there is room for; at least one. */
function issuesToTell(issues: readonly z.core.$ZodIssue[]): InputIssue[] {
  const told: InputIssue[] = []
  let bytes = '[]'.length
  for (const issue of issues.slice(0, MAX_ISSUES)) {
    const one = { path: pathToTell(issue.path), message: cut(issue.message, MAX_MESSAGE) }
    bytes += bytesOf(JSON.stringify(one)) + ','.length
    if (bytes > MAX_BYTES && told.length > 0) break
    told.push(bytes > MAX_BYTES ? { ...one, path: [] } : one)
  }
  return told
}

const pathToTell = (path: z.core.$ZodIssue['path']) =>
  path.map((key) => (typeof key === 'number' ? key : cut(String(key), MAX_NAME)))

const cut = (text: string, length: number) =>
  text.length > length ? `${text.slice(0, length)}…` : text
