import {
  createTRPCClient,
  httpBatchLink,
  isTRPCClientError,
  splitLink,
  type Operation,
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
export { seenByClients, type ClientRouter, type ClientRouterOf } from './client-router.ts'

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
 * A typed client of an API: calls made in the same tick travel in one request. A query whose input makes a URL too
 * long goes by POST, in a request of its own, and so does a call with headers of its own, which are given as
 * `context.headers`.
 *
 * A call rejects with a `TRPCClientError`: see `isHybridError`.
 *
 * @example
 * const client = createHybridClient<AppRouter>({ url: 'http://localhost:6060', getAccessToken })
 * const { message } = await client.messages.protected.query()
 * await client.reports.change.mutate(report, { context: { headers: { 'if-match': '"7"' } } })
 */
export function createHybridClient<Router extends AnyRouter>(
  options: HybridClientOptions,
): TRPCClient<Router> {
  const url = `${options.url.replace(/\/+$/, '')}/trpc`
  const { transformer } = options
  const link = { url, fetch: authorizedFetch(options), ...(transformer && { transformer }) }
  const batches = { ...link, maxItems: MAX_BATCH_SIZE, maxURLLength: MAX_URL_LENGTH }
  return createTRPCClient<Router>({
    links: [
      splitLink({
        condition: (call) => headersOf(call) !== undefined || isTooLong(call, { url, transformer }),
        // which options a link takes depends on a router that is not known here
        true: httpBatchLink<Router>({ ...link, ...ALONE } as never),
        false: httpBatchLink<Router>(batches as never),
      }),
    ],
  })
}

/** Headers of a call, which others in its request must not get. */
const headersOf = ({ context }: Operation) =>
  context['headers'] as Readonly<Record<string, string>> | undefined

const ALONE = {
  maxItems: 1,
  methodOverride: 'POST',
  headers: ({ opList: [call] }: { opList: readonly [Operation, ...Operation[]] }) =>
    headersOf(call) ?? {},
}

/** Whether a query can't be sent by GET: then not even a batch that has no other call takes it. */
function isTooLong(
  { type, path, input }: Operation,
  { url, transformer }: { readonly url: string; readonly transformer: Transformer | undefined },
): boolean {
  if (type !== 'query' || input === undefined) return false
  try {
    const inputs = JSON.stringify({ 0: transformer ? transformer.serialize(input) : input })
    const query = `batch=1&input=${encodeURIComponent(inputs)}`
    return `${url}/${encodeURIComponent(path)}?${query}`.length > MAX_URL_LENGTH
  } catch {
    return false // it has no JSON, which the call itself then fails with
  }
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
 * Whether a call failed because the server said so, of one call, of a whole request or in a stream. `false` for
 * anything else, such as a server that can't be reached, or another one that answers in its place.
 *
 * @example if (isHybridError(error) && error.data.code === 'FORBIDDEN') show(error.data.permissions)
 */
export function isHybridError(error: unknown): error is HybridError {
  if (!isTRPCClientError<AnyRouter>(error)) return false
  const { code, httpStatus } = (error.data ?? {}) as Partial<HybridErrorData>
  return typeof code === 'string' && typeof httpStatus === 'number'
}
