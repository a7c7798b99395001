import { getTRPCErrorFromUnknown, TRPCError, type AnyRouter } from '@trpc/server'
import { isObservable, observableToAsyncIterable } from '@trpc/server/observable'
import type { Answer } from '../answer.ts'
import type { ErrorOptions } from '../errors/answer-error.ts'
import { createCall, type CallProcedure } from '../procedures/call.ts'
import type { Deadlines } from '../procedures/deadlines.ts'
import { settleInTime } from '../procedures/settle-in-time.ts'
import type { HybridRequest } from '../request.ts'
import { isAsyncIterable } from '../trpc/internals.ts'
import { admit, type AdmitStream } from './admit.ts'
import { errorEnvelope } from './envelope.ts'
import { EventStream, type EventSettings } from './event-stream.ts'
import { eventText } from './sse.ts'
import { pingingEvents } from './stream-config.ts'
import { readSubscription, type SubscriptionRequest } from './subscription-request.ts'

export interface SubscribeOptions extends ErrorOptions {
  readonly router: AnyRouter
  readonly deadlines: Deadlines
  /** The most that passes on a stream without a sign of life. */
  readonly pingMs: number
  readonly admitStream: AdmitStream
}

/** Those of tRPC. */
const HEADERS: Answer['headers'] = [
  ['vary', 'trpc-accept, accept'],
  ['content-type', 'text/event-stream'],
  ['cache-control', 'no-cache, no-transform'],
  ['x-accel-buffering', 'no'],
  ['connection', 'keep-alive'],
]

interface Asked {
  readonly request: HybridRequest
  readonly ctx: object
}

/**
 * Answers subscriptions with what tRPC's own handler sends. That builds a `Request`, a `Response` and web streams for
 * each, and needs them as long as it is open. `packages/trpc-hybrid/test/rpc/subscription-reference.test.ts` checks that the answers
 * are the same.
 *
 * @returns answers one; `undefined` for a request that only tRPC's own handler answers
 */
export function createSubscribe(options: SubscribeOptions) {
  const { router } = options
  const sse = pingingEvents(router._def._config, options.pingMs)
  const isOrdinary = sse.enabled !== false && !sse.maxDurationMs && !sse.emitAndEndImmediately
  const settings: EventSettings = {
    connected: eventText({ event: 'connected', data: JSON.stringify(sse.client) }),
    pingMs: sse.ping.intervalMs,
    serialize: (data) => router._def._config.transformer.output.serialize(data) as unknown,
  }

  const answering = { ...options, settings }

  return (request: HybridRequest, ctx: object): Promise<Answer> | undefined => {
    const read = isOrdinary ? readSubscription(request, router) : undefined
    return read && answer(read, { request, ctx }, answering)
  }
}

async function answer(
  subscription: SubscriptionRequest,
  asked: Asked,
  options: SubscribeOptions & { readonly settings: EventSettings },
): Promise<Answer> {
  const { request, ctx } = asked
  await admit(options.admitStream, { request, ctx, kind: 'subscription' })
  const items = await begin(subscription, asked, options.deadlines).catch(failed)
  const stream = new EventStream(
    {
      items,
      lastEventId: subscription.lastEventId,
      formatError: (cause) => tell(cause, { subscription, asked }, options),
      onLeft: () => {
        if (request.signal?.aborted) return
        request.abort(new DOMException('The client has gone', 'AbortError'))
      },
    },
    options.settings,
  )
  return { status: 200, headers: HEADERS, body: stream }
}

/** In the time that procedures have: it is over when the subscription begins. */
async function begin(
  { path, procedure, getRawInput }: SubscriptionRequest,
  { request, ctx }: Asked,
  deadlines: Deadlines,
): Promise<AsyncIterator<unknown>> {
  const call = createCall(request, { path, getRawInput, ctx, type: 'subscription', batchIndex: 0 })
  const data = await settleInTime({ deadlines, request, path }, () =>
    (procedure as unknown as CallProcedure)(call),
  )
  if (isObservable(data)) {
    const signal = request.signal ?? new AbortController().signal
    return observableToAsyncIterable(data, signal)[Symbol.asyncIterator]()
  }
  if (isAsyncIterable(data)) return data[Symbol.asyncIterator]()
  throw new TRPCError({
    code: 'INTERNAL_SERVER_ERROR',
    message: `Subscription ${path} did not return an observable or a AsyncGenerator`,
  })
}

/** A subscription that could not begin: its client is told by its first event. */
function failed(cause: unknown): AsyncIterator<unknown> {
  const error = getTRPCErrorFromUnknown(cause)
  return { next: () => Promise.reject(error) }
}

function tell(
  cause: unknown,
  { subscription, asked }: { readonly subscription: SubscriptionRequest; readonly asked: Asked },
  { router, judge, onError }: SubscribeOptions,
): unknown {
  const { path, knownInput } = subscription
  const { request, ctx } = asked
  const error = getTRPCErrorFromUnknown(cause)
  onError({ error: judge(error), path, request, ctx })
  return errorEnvelope(router, error, { type: 'subscription', path, ctx, input: knownInput() })
    .error
}
