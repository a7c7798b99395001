import {
  createTRPCClient,
  httpBatchLink,
  isTRPCClientError,
  type TRPCClient,
  type TRPCClientError,
} from '@trpc/client'
import { createAuthorizedFetch, type AuthorizationOptions } from './authorized-fetch.ts'
import type { clientRouter } from './router.ts'

export type { AuthorizationOptions, ProofRequest, TokenRequest } from './authorized-fetch.ts'

/** The router, for other tRPC clients: `createTRPCContext<AppRouter>()`. */
export type AppRouter = typeof clientRouter

/** The most calls that the server takes in one batch. */
const MAX_BATCH_SIZE = 10
/** Together with a token of 16 KiB, this is well under the 32 KiB that the server reads of a request's head. */
const MAX_URL_LENGTH = 4_000

export interface MessagesClientOptions extends AuthorizationOptions {
  /** The server's address, such as `https://api.example.com`. A path stays in front of `/trpc`. */
  readonly url: string
}

export type MessagesClient = TRPCClient<AppRouter>

/**
 * A typed client of the API: calls made in the same tick travel in one request.
 *
 * A call rejects with a `TRPCClientError`: see `isMessagesError`.
 *
 * @example
 * const client = createMessagesClient({ url: 'http://localhost:6060', getAccessToken })
 * const { message } = await client.messages.protected.query()
 */
export function createMessagesClient(options: MessagesClientOptions): MessagesClient {
  return createTRPCClient<AppRouter>({
    links: [
      httpBatchLink({
        url: `${options.url.replace(/\/+$/, '')}/trpc`,
        maxItems: MAX_BATCH_SIZE,
        maxURLLength: MAX_URL_LENGTH,
        fetch: createAuthorizedFetch(options),
      }),
    ],
  })
}

type ClientError = TRPCClientError<AppRouter>

/** What the server answered instead of a result. */
export type MessagesError = ClientError & {
  /**
   * `code` in words (`UNAUTHORIZED`), `httpStatus`, and where they apply `permissions`, those that
   * the call needs, and `issues`, what does not fit in the input.
   */
  readonly data: NonNullable<ClientError['data']>
}

/**
 * Whether a call failed because the server said so. `false` for anything else, such as a server that
 * can't be reached.
 *
 * @example if (isMessagesError(error) && error.data.code === 'FORBIDDEN') show(error.data.permissions)
 */
export function isMessagesError(error: unknown): error is MessagesError {
  return isTRPCClientError<AppRouter>(error) && Boolean(error.data)
}
