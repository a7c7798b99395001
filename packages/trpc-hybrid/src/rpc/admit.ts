import { TRPCError } from '@trpc/server'
import type { HybridRequest } from '../request.ts'
import type { StreamKind } from './stream-kind.ts'

interface Beginning {
  readonly request: HybridRequest
  readonly ctx: object
  readonly kind: StreamKind
}

/**
 * Asked before a stream begins.
 *
 * @returns `false` when its client has gone
 * @throws {unknown} what the client is told instead
 */
export type AdmitStream = (given: Beginning) => Promise<boolean>

/** @throws {TRPCError} `CLIENT_CLOSED_REQUEST` when its client has gone; what `admitStream` throws */
export async function admit(admitStream: AdmitStream, given: Beginning): Promise<void> {
  if (!(await admitStream(given))) throw new TRPCError({ code: 'CLIENT_CLOSED_REQUEST' })
}
