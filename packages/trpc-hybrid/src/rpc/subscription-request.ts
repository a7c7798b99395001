import type { AnyProcedure, AnyRouter } from '@trpc/server'
import type { HybridRequest } from '../request.ts'
import { isObject } from '../trpc/internals.ts'
import { createInputs } from './inputs.ts'
import { isJson } from './request.ts'
import { streamKind } from './stream-kind.ts'
import { isPlain, readTarget } from './target.ts'

/** A subscription that was asked for, and has not been called. */
export interface SubscriptionRequest {
  readonly path: string
  readonly procedure: AnyProcedure
  /** The id of the last event that its client received. */
  readonly lastEventId: string | undefined
  /** Reads its input, in which the id is named too. */
  readonly getRawInput: () => Promise<unknown>
  /** The input that was sent; `undefined` where nothing has been read. */
  readonly knownInput: () => unknown
}

/**
 * Reads what the client of `httpSubscriptionLink` sends.
 *
 * @returns `undefined` for everything else, and for what only tRPC's own handler answers: subscriptions by POST, in
 * batches, and with connection parameters
 */
export function readSubscription(
  request: HybridRequest,
  router: AnyRouter,
): SubscriptionRequest | undefined {
  if (request.method !== 'GET' || !isPlain(request) || !isJson(request)) return undefined
  if (streamKind(request, router) !== 'subscription') return undefined
  const { pathSeparator, transformer } = router._def._config
  const { paths, isBatch, query } = readTarget(request, pathSeparator)
  const path = paths.join(',')
  const { [path]: procedure } = router._def.procedures as Record<string, AnyProcedure | undefined>
  if (!procedure || isBatch || query.has('connectionParams')) return undefined
  const lastEventId =
    request.header('last-event-id') ?? query.get('lastEventId') ?? query.get('Last-Event-Id')
  const input = query.get('input')
  const inputs = createInputs({
    from: 'query',
    text: () => input,
    isBatch,
    count: 1,
    deserialize: (sent) => transformer.input.deserialize(sent) as unknown,
  })
  return {
    path,
    procedure,
    lastEventId: lastEventId ?? undefined,
    getRawInput: async () => withLastEventId((await inputs.read())[0], lastEventId),
    knownInput: () => inputs.known()?.[0],
  }
}

/** As tRPC does: an input that is something else than an object has no place for it. */
function withLastEventId(input: unknown, lastEventId: string | null): unknown {
  if (!lastEventId) return input
  if (isObject(input)) return { ...input, lastEventId }
  return input ?? { lastEventId }
}
