/** What a subscriber asks for, apart from its token. */
export interface SubscriptionRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * The request that tRPC's own client sends with `httpSubscriptionLink`, its event source being the package
 * `eventsource` over the `fetch` of Node.js.
 *
 * @param procedure such as `events.idle`
 */
export function subscriptionRequest(procedure: string): SubscriptionRequest {
  return {
    path: `/trpc/${procedure}`,
    headers: {
      connection: 'keep-alive',
      accept: 'text/event-stream',
      'accept-language': '*',
      'sec-fetch-mode': 'cors',
      'user-agent': 'node',
      pragma: 'no-cache',
      'cache-control': 'no-cache',
      'accept-encoding': 'gzip, deflate',
    },
  }
}
