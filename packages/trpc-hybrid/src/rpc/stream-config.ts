import type { AnyRouter } from '@trpc/server'

type RouterConfig = AnyRouter['_def']['_config']

/** After how many intervals without a ping a client gives a connection up. */
const PINGS_MISSED = 3

/**
 * The same settings, with which streams ping: else proxies cut those on which nothing happens, and neither side
 * notices that the other has gone. Where a router's own settings ping more often, they hold.
 *
 * @param pingMs the most that passes between two signs of life
 */
export function withPings(config: RouterConfig, pingMs: number): RouterConfig {
  return {
    ...config,
    sse: pingingEvents(config, pingMs),
    jsonl: { ...config.jsonl, pingMs: shortest(pingMs, config.jsonl?.pingMs) },
  }
}

/** Those for subscriptions. */
export function pingingEvents({ sse }: RouterConfig, pingMs: number) {
  const { ping, client } = sse ?? {}
  const reconnectAfterInactivityMs = client?.reconnectAfterInactivityMs ?? PINGS_MISSED * pingMs
  const intervalMs = shortest(
    pingMs,
    ping?.enabled ? ping.intervalMs : undefined,
    reconnectAfterInactivityMs / PINGS_MISSED, // tRPC refuses a ping that comes later than clients give up
  )
  return {
    ...sse,
    ping: { enabled: true, intervalMs },
    client: { ...client, reconnectAfterInactivityMs },
  }
}

/** tRPC takes 0 for never. */
const shortest = (...intervals: (number | undefined)[]) =>
  Math.min(...intervals.filter((interval) => interval !== undefined && interval > 0).map(Number))
