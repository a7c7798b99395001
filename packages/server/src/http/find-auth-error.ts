import { AuthError } from '@trpc-hybrid/access-token/engine'
import { TRPCError } from '@trpc/server'

/** The refusal behind an error: the error itself, or the cause of the tRPC error that carries it. */
export function findAuthError(error: unknown): AuthError | undefined {
  if (error instanceof AuthError) return error
  return error instanceof TRPCError && error.cause instanceof AuthError ? error.cause : undefined
}
