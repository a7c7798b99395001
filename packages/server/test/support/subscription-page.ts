import { createTRPCClient, httpSubscriptionLink } from '@trpc/client'
import { EventSource } from 'eventsource'
import type { EventsRouter } from '../../../trpc-hybrid/test/rpc/subscriptions.test.ts'

/** What the test tells the page, and what it reads of it. */
declare const state: {
  readonly apiUrl: string
  /** The current one: the test replaces it. */
  readonly token: string
  readonly received: { id: string; data: string }[]
  failure?: string
}

const client = createTRPCClient<EventsRouter>({
  links: [
    httpSubscriptionLink({
      url: `${state.apiUrl}/trpc`,
      EventSource,
      eventSourceOptions: {
        fetch: (url, init) =>
          fetch(url, {
            ...init,
            headers: { ...init.headers, authorization: `Bearer ${state.token}` },
          }),
      },
    }),
  ],
})

client.events.subscribe(undefined, {
  onData: ({ id, data }) => state.received.push({ id, data }),
  onError: ({ message }) => {
    state.failure = message
  },
})
