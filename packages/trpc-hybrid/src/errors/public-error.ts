import { TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { TRPC_ERROR_CODES_BY_KEY, type TRPC_ERROR_CODE_KEY } from '@trpc/server/rpc'
import { inputIssuesOf, type InputIssue } from './input-issues.ts'
import { isRefusal, REFUSAL, type Refusal } from './refusal.ts'
import { statusText } from './status-text.ts'
import { Unreadable } from './unreadable.ts'

/** What a client is told about an error, on every face. */
export interface PublicError {
  readonly status: number
  /** In tRPC's envelope. */
  readonly code: TRPC_ERROR_CODE_KEY
  readonly message: string
  /** Only for an input that does not fit its schema. */
  readonly issues?: readonly InputIssue[]
  /** Those that were needed. */
  readonly permissions: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  /** What was thrown: for the log alone. */
  readonly cause: unknown
}

/** Turns anything thrown into what a client may know about it. Each error is judged once. */
export type Judge = (error: unknown) => PublicError

export interface JudgeOptions {
  /** Whether clients are told the message of a `TRPCError` of 4xx. Those of 5xx they never are. */
  readonly exposeTrpcMessages: boolean
}

export function createJudge(options: JudgeOptions): Judge {
  const judged = new WeakMap<object, PublicError>()
  return (error) => {
    if (typeof error !== 'object' || error === null) return judge(error, options)
    let known = judged.get(error)
    if (!known) judged.set(error, (known = judge(error, options)))
    return known
  }
}

function judge(error: unknown, { exposeTrpcMessages }: JudgeOptions): PublicError {
  const refusal = refusalOf(error)
  if (refusal) return ofRefusal(refusal, error)
  const issues = inputIssuesOf(error)
  if (issues && !(exposeTrpcMessages && hasOwnMessage(error))) {
    return { ...PLAIN, code: 'BAD_REQUEST', status: 400, message: INVALID, issues, cause: error }
  }
  if (!(error instanceof TRPCError)) {
    return { ...PLAIN, code: BUG, status: 500, message: statusText(500), cause: error }
  }
  const status = getHTTPStatusCodeFromError(error)
  if (error.cause instanceof Unreadable) {
    return { ...PLAIN, code: error.code, status, message: error.cause.message, cause: error }
  }
  const message = exposeTrpcMessages && status < 500 ? error.message : statusText(status)
  return { ...PLAIN, code: error.code, status, message, cause: error }
}

/** Whether an app says itself what is wrong with something that it parsed, which need not be an input. */
function hasOwnMessage(error: unknown): boolean {
  const { message, cause } = error as TRPCError
  return message !== cause?.message && message !== INVALID
}

const INVALID = 'Input validation failed'
const BUG = 'INTERNAL_SERVER_ERROR'
const PLAIN = { permissions: [], headers: {} }

/** The error itself, or the cause of the tRPC error that carries it. */
function refusalOf(error: unknown): Refusal | undefined {
  if (isRefusal(error)) return error[REFUSAL]
  return error instanceof TRPCError && isRefusal(error.cause) ? error.cause[REFUSAL] : undefined
}

function ofRefusal({ status, message, permissions, headers }: Refusal, cause: unknown) {
  return {
    status,
    code: codeOf(status),
    message,
    permissions: permissions ?? [],
    headers: headers ?? {},
    cause,
  } as const
}

/** tRPC's code for a status. */
export const codeOf = (status: number): TRPC_ERROR_CODE_KEY =>
  CODES.get(status) ?? (status < 500 ? 'BAD_REQUEST' : BUG)

/** tRPC has no code for 410. */
const CODES: ReadonlyMap<number, TRPC_ERROR_CODE_KEY> = new Map([
  ...(Object.keys(TRPC_ERROR_CODES_BY_KEY) as TRPC_ERROR_CODE_KEY[])
    .filter((code) => code !== 'PARSE_ERROR')
    .map((code) => [getHTTPStatusCodeFromError(new TRPCError({ code })), code] as const),
  [410, 'NOT_FOUND'],
])
