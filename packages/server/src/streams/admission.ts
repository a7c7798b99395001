import { TRPCError } from '@trpc/server'
import { type AccessToken, AuthError, validityOf } from '@trpc-hybrid/access-token/engine'
import type { RequestContext } from '../http/context.ts'
import type { Exchange } from '../http/exchange.ts'
import { clientOf } from '../limits/rate-limit.ts'
import type { StreamKind } from 'trpc-hybrid/engine'
import type { Streams } from './streams.ts'

/** When a client that has too many streams may ask again. It is not known when one of them ends. */
const RETRY_AFTER_SECONDS = 10

interface Admission {
  readonly context: RequestContext
  readonly kind: StreamKind
  readonly streams: Streams
  readonly now: () => number
}

/**
 * Lets a stream begin, unless its client has too many. It ends with the token that came with it, whether or not its
 * procedures ask for one: it counts, and is logged, for the subject of that token.
 *
 * @returns `false` when its client has gone
 * @throws {TRPCError} `TOO_MANY_REQUESTS`, before anything is called
 */
export async function admitStream(
  exchange: Exchange,
  { context, kind, streams, now }: Admission,
): Promise<boolean> {
  const { req, res } = exchange
  const token = await tokenOf(req, context)
  if (res.closed || res.destroyed) return false
  const expiresAtMs = token && expiryOf(token, now())
  if (streams.open(res, { kind, client: clientOf(exchange), expiresAtMs })) return true
  res.setHeader('retry-after', RETRY_AFTER_SECONDS)
  throw new TRPCError({ code: 'TOO_MANY_REQUESTS' })
}

/** `undefined` where there is none, or one that is refused: then the procedures say so, if they ask for one. */
async function tokenOf(
  { headers }: Exchange['req'],
  { identify }: RequestContext,
): Promise<AccessToken | undefined> {
  if (headers.authorization === undefined) return undefined
  try {
    return await identify()
  } catch (error) {
    if (error instanceof AuthError) return undefined
    throw error
  }
}

/**
 * `exp`. A client that comes back at once with the same token is still let in for the clock tolerance, and then
 * stays to the end of it: otherwise it would be cut and come back over and over.
 */
function expiryOf({ claims }: AccessToken, nowMs: number): number {
  const expiryMs = (claims.exp ?? 0) * 1000
  return nowMs < expiryMs ? expiryMs : validityOf(claims).expiresAtMs
}
