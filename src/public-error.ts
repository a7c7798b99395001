import { STATUS_CODES } from 'node:http'
import { TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import type { TRPC_ERROR_CODE_KEY } from '@trpc/server/rpc'
import { z } from 'zod'
import { AUTH_ERRORS, AuthError, type AuthErrorCode } from '@trpc-hybrid/access-token/engine'
import { FeatureError, type FeatureErrorCode } from './feature-error.ts'
import { Unreadable } from './http/unreadable.ts'
import { issuesToTell, type InputIssue } from './input-issues.ts'

/** What a client is told about an error, on both transports. */
export interface PublicError {
  readonly status: number
  readonly message: string
  /** Only for an input that does not fit its schema. */
  readonly issues?: readonly InputIssue[]
}

/** The code of each refusal in tRPC's envelope. */
export const AUTH_CODES: Record<AuthErrorCode, TRPC_ERROR_CODE_KEY> = {
  missing_token: 'UNAUTHORIZED',
  invalid_request: 'BAD_REQUEST',
  invalid_token: 'UNAUTHORIZED',
  invalid_dpop_proof: 'UNAUTHORIZED',
  insufficient_scope: 'FORBIDDEN',
  keys_unavailable: 'SERVICE_UNAVAILABLE',
  proofs_unavailable: 'SERVICE_UNAVAILABLE',
}

const FEATURE_ERRORS: Record<FeatureErrorCode, { status: number; code: TRPC_ERROR_CODE_KEY }> = {
  invalid: { status: 400, code: 'BAD_REQUEST' },
  forbidden: { status: 403, code: 'FORBIDDEN' },
  not_found: { status: 404, code: 'NOT_FOUND' },
  conflict: { status: 409, code: 'CONFLICT' },
}

/** Turns anything thrown into what a client may know about it. Never an internal text, in any mode. */
export function toPublicError(error: unknown): PublicError {
  const authError = findAuthError(error)
  if (authError) return AUTH_ERRORS[authError.code]
  const issues = inputIssues(error)
  if (issues) return { status: 400, message: 'Input validation failed', issues }
  const refusal = behind(error, FeatureError)
  if (refusal) return { status: FEATURE_ERRORS[refusal.code].status, message: refusal.message }
  const status = statusOf(error)
  const unreadable = behind(error, Unreadable)
  if (unreadable) return { status, message: unreadable.message }
  return { status, message: statusText(status) }
}

/** The code of an error in tRPC's envelope. */
export function trpcCodeOf(error: TRPCError): TRPC_ERROR_CODE_KEY {
  const authError = findAuthError(error)
  if (authError) return AUTH_CODES[authError.code]
  const refusal = behind(error, FeatureError)
  return refusal ? FEATURE_ERRORS[refusal.code].code : error.code
}

/** The refusal behind an error: the error itself, or the cause of the tRPC error that carries it. */
export function findAuthError(error: unknown): AuthError | undefined {
  return behind(error, AuthError)
}

function behind<T extends Error>(error: unknown, type: Class<T>): T | undefined {
  if (error instanceof type) return error
  return error instanceof TRPCError && error.cause instanceof type ? error.cause : undefined
}

type Class<T> = abstract new (...args: never[]) => T

function inputIssues(error: unknown): InputIssue[] | undefined {
  if (!(error instanceof TRPCError) || error.code !== 'BAD_REQUEST') return undefined
  // Of zod/mini too, whose errors are of another class.
  return error.cause instanceof z.core.$ZodError ? issuesToTell(error.cause.issues) : undefined
}

/** Express' own errors (`http-errors`) have a `status`, which is used only for client errors. */
function statusOf(error: unknown): number {
  if (error instanceof TRPCError) return getHTTPStatusCodeFromError(error)
  const status = error instanceof Error && 'status' in error ? error.status : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500
}

function statusText(status: number): string {
  return STATUS_CODES[status] ?? 'Internal Server Error'
}
