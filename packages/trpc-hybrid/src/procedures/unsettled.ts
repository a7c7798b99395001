import { TRPCError } from '@trpc/server'

/** Why a caller is answered although its procedure has not settled. */
export type UnsettledReason = 'timeout' | 'stop'

const MESSAGES: Record<UnsettledReason, string> = {
  timeout: 'The procedure took too long',
  stop: 'The server stopped before the procedure had settled',
}

/** A procedure that has not settled in its time, or was told to give up by a stop. The client sees 503. */
export class UnsettledError extends Error {
  readonly reason: UnsettledReason
  /** Its path in the router, such as `messages.public`. */
  readonly procedure: string

  constructor(reason: UnsettledReason, procedure: string) {
    super(MESSAGES[reason])
    this.name = 'UnsettledError'
    this.reason = reason
    this.procedure = procedure
  }
}

export function unsettled(reason: UnsettledReason, procedure: string): TRPCError {
  return new TRPCError({
    code: 'SERVICE_UNAVAILABLE',
    cause: new UnsettledError(reason, procedure),
  })
}
