import { STATUS_CODES } from 'node:http'
import { TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { ZodError } from 'zod'
import { AUTH_ERRORS, AuthError } from './auth/errors.ts'

/** What a client is told about an error, on both transports. */
export interface PublicError {
  readonly status: number
  readonly message: string
  /** Only for an input that does not fit its schema. */
  readonly issues?: readonly InputIssue[]
}

export interface InputIssue {
  /** Where in the input, from its root: `['address', 'lines', 0]`. */
  readonly path: readonly (string | number)[]
  readonly message: string
}

/**
 * An error whose message is written for the client. Every other error reaches it as the text of its
 * status alone, so that no internal text leaks.
 *
 * @example throw new ClientError({ code: 'NOT_FOUND', message: 'There is no such report' })
 */
export class ClientError extends TRPCError {}

/** Turns anything thrown into what a client may know of it. Never an internal text, in any mode. */
export function toPublicError(error: unknown): PublicError {
  const authError = findAuthError(error)
  if (authError) return AUTH_ERRORS[authError.code]
  const issues = inputIssues(error)
  if (issues) return { status: 400, message: 'Input validation failed', issues }
  const status = statusOf(error)
  return { status, message: error instanceof ClientError ? error.message : statusText(status) }
}

/** The refusal behind an error, bare or as the cause of the error that tRPC carries it in. */
export function findAuthError(error: unknown): AuthError | undefined {
  if (error instanceof AuthError) return error
  return error instanceof TRPCError && error.cause instanceof AuthError ? error.cause : undefined
}

function inputIssues(error: unknown): InputIssue[] | undefined {
  if (!(error instanceof TRPCError) || error.code !== 'BAD_REQUEST') return undefined
  if (!(error.cause instanceof ZodError)) return undefined
  return error.cause.issues.map(({ path, message }) => ({
    path: path.map((key) => (typeof key === 'symbol' ? String(key) : key)),
    message,
  }))
}

/** Express' own errors (`http-errors`) carry a `status`; only client errors are taken at their word. */
function statusOf(error: unknown): number {
  if (error instanceof TRPCError) return getHTTPStatusCodeFromError(error)
  const status = error instanceof Error && 'status' in error ? error.status : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500
}

function statusText(status: number): string {
  return STATUS_CODES[status] ?? 'Internal Server Error'
}
