import { TRPCError, type AnyRouter } from '@trpc/server'
import type { TRPC_ERROR_CODE_KEY } from '@trpc/server/rpc'
import type { Logger } from 'pino'
import type { PublicError } from 'trpc-hybrid/engine'
import type { ReportError } from './report-error.ts'

/**
 * Logs what a procedure wrote into a `TRPCError` and its client is not told, under the request's id. In development
 * it is warned of, once for each procedure: its author may think that clients see it.
 */
export function createHiddenMessageReport({
  router,
  logger,
  production,
}: {
  readonly router: AnyRouter
  readonly logger: Logger
  readonly production: boolean
}): ReportError {
  const procedures = router._def.procedures as Record<string, unknown>
  const warned = new Set<string>()
  return (error, { exchange: { id: requestId }, path: procedure }) => {
    if (procedure === undefined || !Object.hasOwn(procedures, procedure)) return
    const reason = hiddenMessageOf(error)
    if (reason === undefined) return
    logger.info({ requestId, procedure, code: error.code, reason }, 'message hidden')
    if (production || warned.has(procedure)) return
    warned.add(procedure)
    logger.warn(
      { procedure },
      'clients are not told the message of a TRPCError: throw a FeatureError, or set exposeTrpcMessages',
    )
  }
}

/** Those of tRPC itself are about the request, and may quote it. */
const OF_TRPC: readonly TRPC_ERROR_CODE_KEY[] = [
  'PARSE_ERROR',
  'METHOD_NOT_SUPPORTED',
  'UNSUPPORTED_MEDIA_TYPE',
]

/** tRPC fills in the code, or the message of the cause, where an error is given none of its own. */
function hiddenMessageOf({ cause: thrown, message: told }: PublicError): string | undefined {
  if (!(thrown instanceof TRPCError) || OF_TRPC.includes(thrown.code)) return undefined
  const { message, code, cause } = thrown
  return [told, code, cause?.message, ''].includes(message) ? undefined : message
}
