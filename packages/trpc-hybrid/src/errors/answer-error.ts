import { JSON_TYPE, type Answer } from '../answer.ts'
import type { HybridRequest } from '../request.ts'
import type { OnError } from './faults.ts'
import type { Judge, PublicError } from './public-error.ts'

/** Headers that belong to an error besides its own, such as a challenge that names this server. */
export type ErrorHeaders = (
  error: PublicError,
  request: HybridRequest,
) => Readonly<Record<string, string>> | undefined

/** What every lane answers errors by. */
export interface ErrorOptions {
  readonly judge: Judge
  readonly errorHeaders: ErrorHeaders
  readonly onError: OnError
}

/** Where an error comes from. */
export interface ErrorPlace {
  readonly request: HybridRequest
  readonly ctx: object | undefined
  /** The procedure's path in the router. */
  readonly path?: string
}

/** Answers an error as REST does: `{ message }`, and `issues` for an input that does not fit. */
export function answerError(
  thrown: unknown,
  { request, ctx, path }: ErrorPlace,
  { judge, errorHeaders, onError }: ErrorOptions,
): Answer {
  const error = judge(thrown)
  onError({ error, path, request, ctx })
  const { status, message, issues } = error
  return {
    status,
    headers: [['content-type', JSON_TYPE], ...headersOf(error, errorHeaders(error, request))],
    body: JSON.stringify(issues ? { message, issues } : { message }),
  }
}

export function headersOf(
  { headers }: PublicError,
  more: Readonly<Record<string, string>> = {},
): [name: string, value: string][] {
  return Object.entries({ ...headers, ...more })
}
