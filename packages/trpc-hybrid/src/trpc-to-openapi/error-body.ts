import { getTRPCErrorFromUnknown, type TRPCError } from '@trpc/server'
import { z } from 'zod'
import type { PublicError } from '../errors/public-error.ts'
import { Unreadable } from '../errors/unreadable.ts'
import type { HybridRequest } from '../request.ts'
import type { OpenApiErrorResponse } from './options.ts'

/** An error in the words of trpc-to-openapi. Unlike there, the text of a bug is told to nobody. */
export function errorBody(error: PublicError, request: HybridRequest): OpenApiErrorResponse {
  const thrown = asTRPCError(error)
  const { code, cause } = thrown
  if (code === 'BAD_REQUEST' && cause instanceof z.core.$ZodError) {
    return { message: 'Input validation failed', code, issues: cause.issues }
  }
  if (error.status >= 500) return { message: textOf(error.code), code: error.code }
  if (error.code === 'PAYLOAD_TOO_LARGE') {
    return { message: 'Request body too large', code: error.code }
  }
  if (!(cause instanceof Unreadable)) return { message: error.message, code: error.code }
  if (error.code === 'BAD_REQUEST') {
    return { message: 'Failed to parse request body', code: 'PARSE_ERROR' }
  }
  const type = request.header('content-type')
  const message = type ? `Unsupported content-type "${type}"` : 'Missing content-type header'
  return { message, code: error.code }
}

export const asTRPCError = ({ cause }: PublicError): TRPCError => getTRPCErrorFromUnknown(cause)

/** `Internal server error` for `INTERNAL_SERVER_ERROR`. */
const textOf = (code: string) => code.charAt(0) + code.slice(1).toLowerCase().replaceAll('_', ' ')
