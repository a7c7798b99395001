import {
  createTRPCClient,
  httpBatchLink,
  isTRPCClientError,
  type TRPCClientError,
  type TRPCClient,
} from '@trpc/client'
import type { AnyRouter, TRPC_ERROR_CODE_KEY } from '@trpc/server'
import { authorizedFetch, type AuthorizationOptions } from './authorized-fetch.ts'

export {
  authorizedFetch,
  type AuthorizationOptions,
  type GetAccessToken,
  type GetDpopProof,
  type ProofRequest,
  type TokenRequest,
} from './authorized-fetch.ts'
export { seenByClients, type ClientRouter } from './client-router.ts'

/** The most calls that the server takes in one batch. */
const MAX_BATCH_SIZE = 10
/** Together with a token of 16 KiB, this is well under the 32 KiB that the server reads of a request's head. */
const MAX_URL_LENGTH = 4_000

export interface HybridClientOptions extends AuthorizationOptions {
  /** The server's address, such as `https://api.example.com`. A path stays in front of `/trpc`. */
  readonly url: string
  /** The transformer of the router, such as superjson, where it has one. */
  readonly transformer?: Transformer
}

/** tRPC's own type of it has another name in each of its versions. */
export interface Transformer {
  serialize(value: unknown): unknown
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a transformer takes is its own
  deserialize(text: any): unknown
}

/**
 * A typed client of an API: calls made in the same tick travel in one request.
 *
 * A call rejects with a `TRPCClientError`: see `isHybridError`.
 *
 * @example
 * const client = createHybridClient<AppRouter>({ url: 'http://localhost:6060', getAccessToken })
 * const { message } = await client.messages.protected.query()
 */
export function createHybridClient<Router extends AnyRouter>(
  options: HybridClientOptions,
): TRPCClient<Router> {
  const { url, transformer } = options
  const link = {
    url: `${url.replace(/\/+$/, '')}/trpc`,
    maxItems: MAX_BATCH_SIZE,
    maxURLLength: MAX_URL_LENGTH,
    fetch: authorizedFetch(options),
    ...(transformer && { transformer }),
  }
  // which options a link takes depends on a router that is not known here
  return createTRPCClient<Router>({ links: [httpBatchLink<Router>(link as never)] })
}

/** What the server answered instead of a result. */
export interface HybridErrorData {
  /** In words: `UNAUTHORIZED`. */
  readonly code: TRPC_ERROR_CODE_KEY
  readonly httpStatus: number
  readonly path?: string
  /** What does not fit in the input. */
  readonly issues?: readonly {
    readonly path: readonly (string | number)[]
    readonly message: string
  }[]
  /** Those that the call needs, where the token lacks one. */
  readonly permissions?: readonly string[]
}

/** A call that failed because the server said so. */
export type HybridError = Omit<TRPCClientError<AnyRouter>, 'data'> & {
  readonly data: HybridErrorData
}

/**
 * Whether a call failed because the server said so. `false` for anything else, such as a server that
 * can't be reached.
 *
 * @example if (isHybridError(error) && error.data.code === 'FORBIDDEN') show(error.data.permissions)
 */
export function isHybridError(error: unknown): error is HybridError {
  return isTRPCClientError<AnyRouter>(error) && Boolean(error.data)
}
