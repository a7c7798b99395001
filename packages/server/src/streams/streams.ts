import type { StreamKind } from 'trpc-hybrid/engine'
import type { ServerResponse } from 'node:http'

/** How a stream can end; `left`: its client went, or read nothing for too long. */
export const STREAM_ENDS = ['finished', 'left', 'expired', 'stopped', 'refused'] as const
export type StreamEnd = (typeof STREAM_ENDS)[number]

export interface StreamOptions {
  readonly kind: StreamKind
  /** Whom it counts for. */
  readonly client: string
  /** When the token that came with it is over, in milliseconds since the epoch; `undefined` without one. */
  readonly expiresAtMs: number | undefined
}

/** The subscriptions and streamed batches that are open. */
export interface Streams {
  /**
   * Call it before anything of the stream is done or sent. It counts until the response is over, however that
   * comes.
   *
   * @returns `false` when its client has as many as it may have
   */
  readonly open: (res: ServerResponse, options: StreamOptions) => boolean
  readonly count: () => number
  /**
   * Cuts those whose token is over. Nothing says that they are complete (tRPC's event `return` would), so their
   * clients come back, with the token that they have by then.
   */
  readonly cutExpired: () => void
  /** Ends the subscriptions that have begun: their clients go on elsewhere, from the last event they received. */
  readonly stopSubscriptions: () => void
  /** Cuts them all. */
  readonly cutAll: () => void
}

interface Stream extends StreamOptions {
  /** Why we ended it. */
  end: StreamEnd | undefined
}

/** @param maxPerClient 0: any number */
export function createStreams(options: {
  readonly maxPerClient: number
  readonly now: () => number
  readonly onEnd: (end: StreamEnd) => void
}): Streams {
  const { maxPerClient, now, onEnd } = options
  const streams = new Map<ServerResponse, Stream>()
  const counts = new Map<string, number>()

  function release(res: ServerResponse, { client, end }: Stream): void {
    streams.delete(res)
    const left = (counts.get(client) ?? 1) - 1
    if (left > 0) counts.set(client, left)
    else counts.delete(client)
    onEnd(end ?? (res.writableFinished ? 'finished' : 'left'))
  }

  return {
    open(res, given) {
      const count = counts.get(given.client) ?? 0
      if (maxPerClient > 0 && count >= maxPerClient) {
        onEnd('refused')
        return false
      }
      const stream: Stream = { ...given, end: undefined }
      streams.set(res, stream)
      counts.set(given.client, count + 1)
      res.once('close', () => {
        release(res, stream)
      })
      return true
    },
    count: () => streams.size,
    cutExpired() {
      const at = now()
      for (const [res, stream] of streams) {
        if (stream.expiresAtMs === undefined || at < stream.expiresAtMs) continue
        stream.end = 'expired'
        res.destroy()
      }
    },
    stopSubscriptions() {
      for (const [res, stream] of streams) {
        if (stream.kind !== 'subscription' || !res.headersSent) continue
        stream.end = 'stopped'
        res.socket?.destroySoon()
      }
    },
    cutAll() {
      for (const [res, stream] of streams) {
        stream.end = 'stopped'
        res.destroy()
      }
    },
  }
}
