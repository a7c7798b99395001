import { createTRPCClient, httpBatchLink, type TRPCClient } from '@trpc/client'
import type { AppRouter } from './router.ts'

/** The most calls that the server takes in one batch. */
const MAX_BATCH_SIZE = 10

export interface MessagesClientOptions {
  /** The server's address, such as `https://api.example.com`. */
  readonly url: string
  /** Asked before each request; `undefined` sends the request without a token. */
  readonly getAccessToken?: () => string | undefined | Promise<string | undefined>
}

/**
 * A typed client of the API: calls made in the same tick travel in one request.
 *
 * @example
 * const client = createMessagesClient({ url: 'http://localhost:6060', getAccessToken })
 * const { message } = await client.messages.protected.query()
 */
export function createMessagesClient(options: MessagesClientOptions): TRPCClient<AppRouter> {
  return createTRPCClient<AppRouter>({
    links: [
      httpBatchLink({
        url: new URL('/trpc', options.url),
        maxItems: MAX_BATCH_SIZE,
        async headers() {
          const token = await options.getAccessToken?.()
          return token === undefined ? {} : { authorization: `Bearer ${token}` }
        },
      }),
    ],
  })
}
