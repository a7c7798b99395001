import { TRPCError } from '@trpc/server'
import type { TRPC_ERROR_CODE_KEY } from '@trpc/server/rpc'
import { BodyError, type BodyFault } from './body-error.ts'

const CODES: Readonly<Record<BodyFault, TRPC_ERROR_CODE_KEY>> = {
  too_large: 'PAYLOAD_TOO_LARGE',
  timed_out: 'TIMEOUT',
  broken: 'BAD_REQUEST',
  gone: 'CLIENT_CLOSED_REQUEST',
}

/** What a client is told when its body can't be taken. tRPC would take the error itself for a bug. */
export function bodyRefusal(cause: unknown): TRPCError {
  if (cause instanceof TRPCError) return cause
  const code = cause instanceof BodyError ? CODES[cause.code] : 'BAD_REQUEST'
  return new TRPCError({ code, cause })
}
